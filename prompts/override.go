package prompts

import (
	"bytes"
	"errors"
	"text/template"
)

// mostText is the longest text a template may write, in bytes.
const mostText = 1 << 20

var errTooLong = errors.New("it writes more than a megabyte")

func readTemplate(o Options) (*template.Template, error) {
	name, text := o.TemplateName, o.Template
	if text == "" {
		name, text = defaultName, DefaultTemplate()
	}
	if name == "" {
		name = defaultName
	}
	t, err := template.New(name).Option("missingkey=error").Parse(text)
	if err != nil {
		return nil, templateError(name, text, err)
	}
	if err := check(name, text, t); err != nil {
		return nil, err
	}
	return t, nil
}

func runTemplate(t *template.Template, f Fields) (string, error) {
	var b limited
	if err := t.Execute(&b, f); err != nil {
		return "", templateError(t.Name(), "", err)
	}
	return b.String(), nil
}

// limited takes only so much.
type limited struct{ bytes.Buffer }

func (l *limited) Write(p []byte) (int, error) {
	if l.Len()+len(p) > mostText {
		return 0, errTooLong
	}
	return l.Buffer.Write(p)
}
