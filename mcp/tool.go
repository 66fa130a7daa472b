package mcp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"substrate/library"
)

// Hints tell a client what a tool may do; all four are always sent, because their defaults assume the worst.
type Hints struct{ ReadOnly, Destructive, Idempotent, OpenWorld bool }

// lookup is what a tool that only reads the library is.
var lookup = Hints{ReadOnly: true, Idempotent: true}

// Answer is what a tool found.
type Answer interface {
	// Text is for a model: short, the reference first, then what it is worth and why.
	Text() string
	// Links are the resources that the answer was read from.
	Links() []Link
}

// Link points at a resource of this server.
type Link struct{ URI, Name string }

// tool is one thing that a client can call.
type tool struct {
	name, title, about string // the first sentence of about stands alone: some clients show no more
	hints              Hints
	in, out            json.RawMessage // JSON schemas
	scope              string          // what a token must allow over HTTP
	call               func(context.Context, *library.Library, json.RawMessage) (Answer, error)
}

// mend is an error that the caller can mend, with the mend in it.
type mend struct{ words string }

func (m mend) Error() string { return m.words }

func mendf(format string, args ...any) error { return mend{fmt.Sprintf(format, args...)} }

// define makes a tool of a function; the schemas come from the fields of In and Out.
func define[In any, Out Answer](name, title, about string, h Hints, f func(context.Context, *library.Library, In) (Out, error)) tool {
	in := schemaOf(reflect.TypeFor[In](), true)
	out := schemaOf(reflect.TypeFor[Out](), false)
	scope := "read"
	if !h.ReadOnly {
		scope = "capture"
	}
	return tool{
		name: name, title: title, about: about, hints: h, in: in, out: out, scope: scope,
		call: func(ctx context.Context, l *library.Library, raw json.RawMessage) (Answer, error) {
			var v In
			if err := decode(raw, &v); err != nil {
				return nil, mendf("%s: %s", name, err)
			}
			if err := checkText(reflect.ValueOf(v)); err != nil {
				return nil, mendf("%s: %s", name, err)
			}
			return f(ctx, l, v)
		},
	}
}

// needs is a tool that needs another scope than its hints say.
func needs(scope string, t tool) tool {
	t.scope = scope
	return t
}

// decode reads a tool's arguments strictly, and words what is wrong with them for whoever wrote them.
func decode(raw json.RawMessage, into any) error {
	if len(bytes.TrimSpace(raw)) == 0 || string(bytes.TrimSpace(raw)) == "null" {
		raw = json.RawMessage("{}")
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	var wrong *json.UnmarshalTypeError
	switch {
	case err == nil:
	case errors.As(err, &wrong) && wrong.Field == "":
		return errors.New("arguments must be an object; it takes " + fieldList(into))
	case errors.As(err, &wrong):
		return fmt.Errorf("%s must be %s, not %s", wrong.Field, kindWord(wrong.Type), valueWord(wrong.Value))
	case strings.Contains(err.Error(), "unknown field "):
		_, name, _ := strings.Cut(err.Error(), "unknown field ")
		return fmt.Errorf("no argument %.60s; it takes %s", name, fieldList(into))
	default:
		return errors.New("arguments are not valid JSON")
	}
	v := reflect.ValueOf(into).Elem()
	for _, f := range fields(v.Type()) {
		if f.required && v.FieldByIndex(f.index).IsZero() {
			return fmt.Errorf("%s is missing: %s", f.name, f.about)
		}
	}
	return nil
}

// What a text argument may have in bytes: a question or a cursor, and a name; either is far shorter.
const (
	maxArgument = 4000
	maxName     = 300
)

// checkText refuses texts that no question or reference can be.
func checkText(v reflect.Value) error {
	for _, f := range fields(v.Type()) {
		x := v.FieldByIndex(f.index)
		if x.Kind() != reflect.String {
			continue
		}
		most := maxName
		if f.tag.Get("text") == "long" || f.name == "cursor" {
			most = maxArgument
		}
		if n := len(x.String()); n > most {
			return fmt.Errorf("%s has %d bytes, the most is %d; send the few words that matter", f.name, n, most)
		}
		if strings.ContainsRune(x.String(), 0) {
			return fmt.Errorf("%s holds a NUL byte", f.name)
		}
	}
	return nil
}

func fieldList(into any) string {
	var out []string
	for _, f := range fields(reflect.TypeOf(into).Elem()) {
		out = append(out, f.name)
	}
	return strings.Join(out, ", ")
}

func kindWord(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Int:
		return "a whole number"
	case reflect.Slice:
		return "a list"
	case reflect.Struct:
		return "an object"
	}
	return "a text"
}

func valueWord(v string) string {
	switch {
	case v == "string":
		return "a text"
	case v == "bool":
		return "true or false"
	case v == "array":
		return "a list"
	case v == "object":
		return "an object"
	}
	return "a " + v
}
