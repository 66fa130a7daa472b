package mcp

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"
)

// field is one argument or one part of an answer, as its struct tags tell it.
type field struct {
	name, about string
	required    bool
	index       []int
	typ         reflect.Type
	tag         reflect.StructTag
}

// fields lists a struct's JSON fields in order. A field without omitempty is required.
func fields(t reflect.Type) []field {
	var out []field
	for _, f := range reflect.VisibleFields(t) {
		tag, ok := f.Tag.Lookup("json")
		if !ok || tag == "-" || !f.IsExported() {
			continue
		}
		name, rest, _ := strings.Cut(tag, ",")
		out = append(out, field{name: name, about: f.Tag.Get("about"), required: !strings.Contains(rest, "omitempty"), index: f.Index, typ: f.Type, tag: f.Tag})
	}
	return out
}

// schemaOf is the JSON schema of a type. It is lean, because every client pays for it in every session: descriptions only
// where a name does not say it, and of an answer only what is always there, not what stands inside. Lists are lists and
// never null; strict clients refuse the union.
func schemaOf(t reflect.Type, closed bool) json.RawMessage {
	raw, err := json.Marshal(schema(t, closed, 0))
	if err != nil {
		panic(err) // the types are our own
	}
	return raw
}

// ordered keeps the fields of a schema in the order in which a person would read them.
type ordered []pair

type pair struct {
	key   string
	value any
}

func (o ordered) MarshalJSON() ([]byte, error) {
	var sb strings.Builder
	sb.WriteByte('{')
	for i, p := range o {
		if i > 0 {
			sb.WriteByte(',')
		}
		v, err := json.Marshal(p.value)
		if err != nil {
			return nil, err
		}
		sb.WriteString(strconv.Quote(p.key) + ":" + string(v))
	}
	sb.WriteByte('}')
	return []byte(sb.String()), nil
}

func schema(t reflect.Type, closed bool, depth int) ordered {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Bool:
		return ordered{{"type", "boolean"}}
	case reflect.Int:
		return ordered{{"type", "integer"}}
	case reflect.String:
		return ordered{{"type", "string"}}
	case reflect.Slice:
		return ordered{{"type", "array"}, {"items", schema(t.Elem(), closed, depth+1)}}
	}
	props, required := ordered{}, []string{}
	for _, f := range fields(t) {
		if !closed && !f.required {
			continue // of an answer, what is always there
		}
		s := schema(f.typ, closed, depth+1)
		if f.about != "" {
			s = append(s, pair{"description", f.about})
		}
		if v, ok := f.tag.Lookup("enum"); ok {
			s = append(s, pair{"enum", strings.Split(v, ",")})
		}
		props = append(props, pair{f.name, s})
		if f.required {
			required = append(required, f.name)
		}
	}
	out := ordered{{"type", "object"}}
	if closed || depth == 0 {
		out = append(out, pair{"properties", props})
	}
	if len(required) > 0 && (closed || depth == 0) {
		out = append(out, pair{"required", required})
	}
	if closed {
		out = append(out, pair{"additionalProperties", false})
	}
	return out
}
