package mcp

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// pages tell what whoever asks may do.
var pages = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	fmt.Fprintf(w, "read %v, approve %v", Allowed(r.Context(), "read"), Allowed(r.Context(), "approve"))
})

func TestPagesAreServedUnderTheSameRules(t *testing.T) {
	url := serve(t, sampleDir(t), HTTPOptions{Hosts: []string{"docs.example"}, Front: pages})
	for _, c := range []struct {
		method string
		status int
		head   []string
	}{
		{"GET", 200, nil},
		{"GET", 200, []string{"Host", "docs.example"}},
		{"GET", 403, []string{"Host", "evil.example"}},
		{"POST", 403, []string{"Origin", "http://evil.example"}},
		{"GET", 403, []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "no-cors", "Sec-Fetch-Dest", "image"}},
		{"GET", 403, []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "iframe"}},
		{"GET", 200, []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}},
		{"POST", 403, []string{"Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}},
		{"GET", 403, []string{"Host", "evil.example", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"}},
	} {
		status, _, answer := ask(t, c.method, url+"/any/page", "", c.head...)
		if status != c.status || status == 200 && answer != "read true, approve true" {
			t.Errorf("%s %v: %d %s", c.method, c.head, status, answer)
		}
	}
	if status, _, answer := ask(t, "GET", url+"/healthz", ""); status != 200 || !strings.Contains(answer, "ok") {
		t.Errorf("healthz: %d %s", status, answer)
	}
}

func TestPagesHeedTokens(t *testing.T) {
	dir := sampleDir(t)
	tokens := OpenTokens(t.TempDir())
	reader, made, err := tokens.Create("wall", "read", fixed)
	if err != nil {
		t.Fatal(err)
	}
	approver, _, err := tokens.Create("editor", "approve", fixed)
	if err != nil {
		t.Fatal(err)
	}
	url := serve(t, dir, HTTPOptions{Tokens: tokens, RequireToken: true, Front: pages})
	may := func(head ...string) string {
		_, _, answer := ask(t, "GET", url+"/", "", head...)
		return answer
	}
	for want, head := range map[string][]string{
		"read false, approve false": nil,
		"read true, approve false":  {"Cookie", FrontCookie + "=" + reader},
		"read true, approve true":   {"Authorization", "Bearer " + approver},
	} {
		if got := may(head...); got != want {
			t.Errorf("%v: %s, not %s", head, got, want)
		}
	}
	if got := may("Cookie", FrontCookie+"=wrong"); got != "read false, approve false" {
		t.Errorf("a wrong cookie: %s", got)
	}
	if _, err := tokens.Revoke(made.ID); err != nil {
		t.Fatal(err)
	}
	if got := may("Cookie", FrontCookie+"="+reader); got != "read false, approve false" {
		t.Errorf("a token that was taken away: %s", got)
	}
}
