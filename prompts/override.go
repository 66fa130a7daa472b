package prompts

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"text/template"
)

// mostText is the longest text a template may write, in bytes.
const mostText = 1 << 20

var errTooLong = errors.New("it writes more than a megabyte")

// inner is how text/template knows a template; people know it by its file, which may have any name.
const inner = "t"

// TemplateError says what is wrong in a person's template.
type TemplateError struct {
	Name string // of the file
	Line int    // from 1; 0 when it is not known
	// Field is what does not exist, as written behind the dot; Near is the one that was perhaps meant; Fields are those that
	// exist there. All are empty when the error is not about a field.
	Field, Near string
	Fields      []string
	// Problem says what is wrong, for errors that are not about a field.
	Problem string
}

func (e *TemplateError) Error() string {
	var b strings.Builder
	b.WriteString(e.Name)
	if e.Line > 0 {
		fmt.Fprintf(&b, ":%d", e.Line)
	}
	if e.Field == "" {
		return b.String() + ": " + e.Problem
	}
	fmt.Fprintf(&b, ": no field %q", e.Field)
	if e.Near != "" {
		fmt.Fprintf(&b, "; did you mean .%s?", e.Near)
	}
	fmt.Fprintf(&b, " The fields here are %s", strings.Join(e.Fields, ", "))
	return b.String()
}

// page is a template that is ready to write.
type page struct {
	name string
	t    *template.Template
}

func readPage(o Options) (page, error) {
	p := page{name: clean(o.TemplateName, longestTitle)}
	if p.name == "" {
		p.name = defaultName
	}
	text := o.Template
	if text == "" {
		text = DefaultTemplate()
	}
	t, err := template.New(inner).Parse(text)
	if err != nil {
		return page{}, p.mend(err)
	}
	p.t = t
	if err := (&checker{text: text}).check(t); err != nil {
		err.Name = p.name
		return page{}, err
	}
	return p, nil
}

func (p page) write(f Fields) (string, error) {
	var b limited
	if err := p.t.Execute(&b, f); err != nil {
		return "", p.mend(err)
	}
	return b.String(), nil
}

// place is how text/template says where: template: t:3:12: executing "t" at <.X>: …
var place = regexp.MustCompile(`^template: ` + inner + `:(\d+)(?::\d+)?: (?:executing "` + inner + `" )?`)

// mend words an error of text/template for whoever wrote the template.
func (p page) mend(err error) error {
	e := &TemplateError{Name: p.name, Problem: strings.TrimPrefix(err.Error(), "template: ")}
	if m := place.FindStringSubmatch(err.Error()); m != nil {
		e.Line, _ = strconv.Atoi(m[1])
		e.Problem = err.Error()[len(m[0]):]
	}
	return e
}

// limited takes only so much.
type limited struct{ bytes.Buffer }

func (l *limited) Write(p []byte) (int, error) {
	if l.Len()+len(p) > mostText {
		return 0, errTooLong
	}
	return l.Buffer.Write(p)
}
