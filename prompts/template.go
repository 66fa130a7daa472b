package prompts

import "text/template"

// TemplateError says what is wrong with a person's template.
type TemplateError struct {
	Name string
	Line int
	Err  error
}

func (e *TemplateError) Error() string { return e.Err.Error() }

func templateError(name, text string, err error) error { return &TemplateError{Name: name, Err: err} }

func check(name, text string, t *template.Template) error { return nil }
