package mcp

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

func TestToolsAreFewAndLean(t *testing.T) {
	offered, total := 0, 0 // without a token that may approve
	for _, tl := range tools {
		first, _, _ := strings.Cut(tl.about, ". ")
		if len(first) < 40 {
			t.Errorf("%s: its first sentence does not stand alone: %q", tl.name, first)
		}
		for _, raw := range []json.RawMessage{tl.in, tl.out} {
			if strings.Contains(string(raw), "null") {
				t.Errorf("%s: its schema allows null: %s", tl.name, raw)
			}
			var s map[string]any
			if err := json.Unmarshal(raw, &s); err != nil || s["type"] != "object" {
				t.Errorf("%s: schema %s: %v", tl.name, raw, err)
			}
		}
		if tl.scope == "approve" {
			continue
		}
		offered++
		total += len(tl.in) + len(tl.out) + len(tl.about) + len(tl.name) + len(tl.title) + 180
	}
	if offered == 0 || offered > 8 {
		t.Errorf("%d tools", offered)
	}
	if total > 8192 {
		t.Errorf("tools/list has %d bytes, the most is 8192", total)
	}
}

// TestAnswersKeepTheirSchema holds every required part of an answer to be there and never null.
func TestAnswersKeepTheirSchema(t *testing.T) {
	l := openSample(t)
	for _, c := range []struct {
		tool string
		args given
	}{
		{"search", given{"query": "GTT size"}}, {"search", given{"query": "qqzzyy"}}, {"search", given{"query": "swap", "history": true}},
		{"read", given{"ref": "elroy-user-guide"}}, {"read", given{"ref": "elroy-user-guide@2.0#10.3"}},
		{"documents", nil}, {"documents", given{"document": "Elroy User Guide"}},
	} {
		a := callTool(t, l, c.tool, c.args)
		raw, err := json.Marshal(a)
		if err != nil {
			t.Fatal(err)
		}
		var got map[string]json.RawMessage
		if err := json.Unmarshal(raw, &got); err != nil {
			t.Fatal(err)
		}
		for _, f := range fields(reflect.TypeOf(a).Elem()) {
			v, ok := got[f.name]
			if f.required && !ok || string(v) == "null" {
				t.Errorf("%s %v: %s is %q", c.tool, c.args, f.name, v)
			}
			delete(got, f.name)
		}
		for k := range got {
			t.Errorf("%s: %s is not in the schema", c.tool, k)
		}
	}
}

func TestErrorsSayWhatToDo(t *testing.T) {
	l := openSample(t)
	for _, c := range []struct {
		tool, args, want string
	}{
		{"search", `{"query":5}`, "query must be a text, not a number"},
		{"search", `{"query":["a"]}`, "query must be a text, not a list"},
		{"search", `{}`, "query is missing: words to find"},
		{"search", `{"query":"  "}`, "query is empty"},
		{"search", `{"query":"x","limit":"many"}`, "limit must be a whole number, not a text"},
		{"search", `{"query":"x","limit":1.5}`, "limit must be a whole number"},
		{"search", `{"query":"x","limit":99}`, "ask for 1 to 50"},
		{"search", `{"query":"x","budget":3}`, "ask for 500 to 50000 tokens"},
		{"search", `{"query":"x","colour":"red"}`, `no argument "colour"; it takes query, document`},
		{"search", `{"query":"x","as_of":"yesterday"}`, "write it as 2026-04-27"},
		{"search", `{"query":"x","cursor":"!!"}`, "not one that was given out"},
		{"search", `{"query":"x","document":"elroy-guide"}`, "did you mean elroy-user-guide?"},
		{"search", `[1]`, "arguments must be an object"},
		{"read", `{"ref":"elroy-guide"}`, `no document "elroy-guide"; did you mean elroy-user-guide?`},
		{"read", `{"ref":"elroy-user-guide@9.9"}`, "has no version 9.9; the newest is V2.1"},
		{"read", `{"ref":"elroy-user-guide#10.99"}`, "under 10 it has #10.1"},
		{"read", `{"ref":"elroy-user-guide#10.4","to":"10.1"}`, "swap them"},
		{"read", `{"ref":"#"}`, "write it as elroy-user-guide#10.3"},
		{"read", `{"ref":"../../etc/passwd"}`, `no document "etc-passwd"`},
		{"documents", `{"document":"zzz"}`, "the tool documents lists all 14"},
	} {
		for _, tl := range tools {
			if tl.name != c.tool {
				continue
			}
			_, err := tl.call(t.Context(), l, json.RawMessage(c.args))
			if err == nil {
				t.Errorf("%s %s: no error", c.tool, c.args)
				continue
			}
			got, ok := words(err)
			if !ok || !strings.Contains(got, c.want) {
				t.Errorf("%s %s: %q, want %q in it", c.tool, c.args, got, c.want)
			}
		}
	}
}
