package prompts

import (
	"fmt"
	"reflect"
	"strings"
	"text/template"
	"text/template/parse"
)

// checker reads a person's template before it runs. text/template finds a misspelt field only when it comes by it, and what a
// template comes by depends on the state of the library: it would fail on the day of the first drift entry.
type checker struct {
	text string
	vars []variable
}

type variable struct {
	name string
	t    reflect.Type // nil when it cannot be told
}

func (c *checker) check(t *template.Template) *TemplateError {
	for _, other := range t.Templates() {
		if other.Name() != inner {
			return c.problem(other.Root, fmt.Sprintf("{{define %q}} is not offered: a prompt is one template", clean(other.Name(), 60)))
		}
	}
	root := reflect.TypeFor[Fields]()
	c.vars = []variable{{"$", root}}
	if t.Tree == nil || t.Root == nil {
		return nil
	}
	return c.list(t.Root, root)
}

func (c *checker) problem(at parse.Node, what string) *TemplateError {
	return &TemplateError{Line: c.line(at), Problem: what}
}

func (c *checker) line(at parse.Node) int {
	return 1 + strings.Count(c.text[:min(int(at.Position()), len(c.text))], "\n")
}

func (c *checker) list(l *parse.ListNode, dot reflect.Type) *TemplateError {
	if l == nil {
		return nil
	}
	scope := len(c.vars)
	defer func() { c.vars = c.vars[:scope] }()
	for _, n := range l.Nodes {
		if err := c.node(n, dot); err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) node(n parse.Node, dot reflect.Type) *TemplateError {
	switch n := n.(type) {
	case *parse.ActionNode:
		t, err := c.pipe(n.Pipe, dot)
		if err != nil || len(n.Pipe.Decl) > 0 || t == nil {
			return err
		}
		switch t.Kind() {
		case reflect.Slice:
			return c.problem(n, fmt.Sprintf("%s is a list; write {{range %s}}…{{end}}", n.Pipe, n.Pipe))
		case reflect.Struct:
			return c.problem(n, fmt.Sprintf("%s is a row; write one of its fields: %s", n.Pipe, strings.Join(names(t), ", ")))
		}
		return nil
	case *parse.IfNode:
		return c.branch(&n.BranchNode, dot, false)
	case *parse.WithNode:
		return c.branch(&n.BranchNode, dot, true)
	case *parse.RangeNode:
		return c.loop(n, dot)
	case *parse.TemplateNode:
		return c.problem(n, "{{template}} is not offered: a prompt is one template")
	}
	return nil
}

func (c *checker) branch(b *parse.BranchNode, dot reflect.Type, with bool) *TemplateError {
	scope := len(c.vars)
	defer func() { c.vars = c.vars[:scope] }()
	t, err := c.pipe(b.Pipe, dot)
	if err != nil {
		return err
	}
	inside := dot
	if with {
		inside = t
	}
	if err := c.list(b.List, inside); err != nil {
		return err
	}
	return c.list(b.ElseList, dot)
}

func (c *checker) loop(n *parse.RangeNode, dot reflect.Type) *TemplateError {
	scope := len(c.vars)
	defer func() { c.vars = c.vars[:scope] }()
	t, err := c.pipe(n.Pipe, dot)
	if err != nil {
		return err
	}
	// Only lists of the library end for certain: {{range 1000000000}} would not in anybody's time.
	if t == nil || t.Kind() != reflect.Slice {
		return c.problem(n, fmt.Sprintf("range needs a list, and %s is none; the lists are %s", n.Pipe, strings.Join(lists(), ", ")))
	}
	if decl := n.Pipe.Decl; len(decl) > 0 {
		c.vars = c.vars[:scope]
		if len(decl) == 2 {
			c.vars = append(c.vars, variable{decl[0].Ident[0], reflect.TypeFor[int]()})
		}
		c.vars = append(c.vars, variable{decl[len(decl)-1].Ident[0], t.Elem()})
	}
	if err := c.list(n.List, t.Elem()); err != nil {
		return err
	}
	return c.list(n.ElseList, dot)
}

// pipe is the type of what a pipeline gives; nil when it cannot be told.
func (c *checker) pipe(p *parse.PipeNode, dot reflect.Type) (reflect.Type, *TemplateError) {
	if p == nil {
		return nil, nil
	}
	var t reflect.Type
	for _, cmd := range p.Cmds {
		var first reflect.Type
		for i, a := range cmd.Args {
			at, err := c.arg(a, dot)
			if err != nil {
				return nil, err
			}
			if i == 0 || i == 1 && at != nil {
				first = at
			}
		}
		t = nil
		if len(cmd.Args) == 1 {
			t = first
		} else if id, ok := cmd.Args[0].(*parse.IdentifierNode); ok && id.Ident == "slice" && first != nil && first.Kind() == reflect.Slice {
			t = first // {{range slice .Documents 0 3}}
		}
	}
	for _, d := range p.Decl {
		if !p.IsAssign {
			c.vars = append(c.vars, variable{d.Ident[0], t})
			continue
		}
		for i := range c.vars {
			if c.vars[i].name == d.Ident[0] && c.vars[i].t != t {
				c.vars[i].t = nil
			}
		}
	}
	return t, nil
}

func (c *checker) arg(n parse.Node, dot reflect.Type) (reflect.Type, *TemplateError) {
	switch n := n.(type) {
	case *parse.DotNode:
		return dot, nil
	case *parse.FieldNode:
		return c.fields(n, dot, n.Ident)
	case *parse.VariableNode:
		for i := len(c.vars) - 1; i >= 0; i-- {
			if c.vars[i].name == n.Ident[0] {
				return c.fields(n, c.vars[i].t, n.Ident[1:])
			}
		}
	case *parse.ChainNode:
		t, err := c.arg(n.Node, dot)
		if err != nil {
			return nil, err
		}
		return c.fields(n, t, n.Field)
	case *parse.PipeNode:
		return c.pipe(n, dot)
	}
	return nil, nil
}

// fields follows names from a type.
func (c *checker) fields(at parse.Node, t reflect.Type, path []string) (reflect.Type, *TemplateError) {
	for _, name := range path {
		if t == nil {
			return nil, nil
		}
		if t.Kind() != reflect.Struct {
			what := "text"
			if t.Kind() == reflect.Slice {
				what = "a list"
			}
			return nil, c.problem(at, fmt.Sprintf("%s: %s has no field %q", at, what, name))
		}
		f, ok := t.FieldByName(name)
		if !ok {
			known := names(t)
			return nil, &TemplateError{Line: c.line(at), Field: name, Near: nearest(name, known), Fields: known}
		}
		t = f.Type
	}
	return t, nil
}

func names(t reflect.Type) []string {
	var out []string
	for i := range t.NumField() {
		out = append(out, t.Field(i).Name)
	}
	return out
}

func lists() []string {
	t := reflect.TypeFor[Fields]()
	var out []string
	for i := range t.NumField() {
		if t.Field(i).Type.Kind() == reflect.Slice {
			out = append(out, "."+t.Field(i).Name)
		}
	}
	return out
}
