package web

import (
	"bytes"
	"context"
	"embed"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"substrate/corpus"
)

//go:embed templates
var templateFiles embed.FS

// views are the templates, one set for each page.
type views struct{ sets map[string]*template.Template }

// frame is what every page has around its own content.
type frame struct {
	Title, Library, Version string
	Nav                     []navItem
	Open                    int // drift entries
	Query                   string
	History                 bool
	MayChange, CanSignOut   bool
	Data                    any
}

type navItem struct {
	Name, Path string
	Here       bool
	Count      int
}

func newViews(st *static) *views {
	v := &views{sets: map[string]*template.Template{}}
	base := template.Must(template.New("layout.html").Funcs(funcs(st)).ParseFS(templateFiles, "templates/layout.html", "templates/parts.html"))
	list, err := templateFiles.ReadDir("templates")
	if err != nil {
		panic(err) // embedded
	}
	for _, f := range list {
		name := strings.TrimSuffix(f.Name(), ".html")
		if name == "layout" || name == "parts" {
			continue
		}
		v.sets[name] = template.Must(template.Must(base.Clone()).ParseFS(templateFiles, "templates/"+f.Name()))
	}
	return v
}

// page writes a whole page; when htmx asks, only its main part with the title.
func (v *views) page(w http.ResponseWriter, r *http.Request, s *site, name, title string, data any) error {
	f := frame{Title: title, Library: s.lib.Name(), Version: s.o.Version, Data: data, MayChange: s.allowed(r, scopeApprove)}
	f.Query, f.History = r.URL.Query().Get("q"), r.URL.Query().Get("history") != ""
	_, err := r.Cookie(TokenCookie)
	f.CanSignOut = err == nil && s.o.SignIn != nil
	if s.allowed(r, scopeRead) {
		f.Open = s.openDrift(r.Context())
		for _, a := range s.areas {
			if a.name == "" || a.mount == nil {
				continue
			}
			n := navItem{Name: a.name, Path: a.path, Here: r.URL.Path == a.path || a.path != "/" && strings.HasPrefix(r.URL.Path, a.path+"/")}
			if a.path == "/drift" {
				n.Count = f.Open
			}
			f.Nav = append(f.Nav, n)
		}
	}
	block := "layout.html"
	if part(r) {
		block = "swap"
	}
	return v.write(w, name, block, f)
}

// part writes one named template of a page's set.
func (v *views) part(w http.ResponseWriter, name, block string, data any) error {
	return v.write(w, name, block, data)
}

// render makes a named template of a page's set.
func (v *views) render(name, block string, data any) ([]byte, error) {
	var b bytes.Buffer
	if err := v.sets[name].ExecuteTemplate(&b, block, data); err != nil {
		return nil, fmt.Errorf("show page %q: %w", name, err)
	}
	return inert(b.Bytes()), nil
}

func (v *views) write(w http.ResponseWriter, name, block string, data any) error {
	page, err := v.render(name, block, data)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Add("Vary", "HX-Request")
	_, err = w.Write(page)
	return err
}

// openDrift counts open entries; nothing when the library is empty.
func (s *site) openDrift(ctx context.Context) int {
	list, err := s.lib.DriftLog(ctx, driftOpen)
	if err != nil {
		return 0
	}
	return list.Open
}

// config keeps htmx from evaluating anything, from writing styles into the page, and from asking other hosts.
const config = `{"includeIndicatorStyles":false,"allowEval":false,"allowScriptTags":false,"selfRequestsOnly":true,"historyCacheSize":0,"refreshOnHistoryMiss":true,"scrollBehavior":"instant","responseHandling":[{"code":"204","swap":false},{"code":".*","swap":true}]}`

func funcs(st *static) template.FuncMap {
	return template.FuncMap{
		"asset":    st.path,
		"config":   func() string { return config },
		"marked":   marked,
		"within":   within,
		"short":    shortWords,
		"document": documentPath,
		"refPath":  refPath,
		"pages":    pagesText,
		"age":      ageText,
		"join":     strings.Join,
		"item":     splitItem,
		"lines":    func(s string) []string { return strings.Split(s, "\n") },
		"add":      func(a, b int) int { return a + b },
		"sum":      func(a, b float64) float64 { return a + b },
		"sub":      func(a, b float64) float64 { return a - b },
		"clip":     clip,
		"dict":     dict,
		"plain":    unmarked,
		"plural":   plural,
		"capital":  capital,
		"heading":  headingLevel,
		"picture": func(key string, page, width int) string {
			return fmt.Sprintf("/picture/%s/%d?w=%d", url.PathEscape(key), page, width)
		},
		"share": func(f float64) string { return strconv.FormatFloat(max(f*100, 0.1), 'f', 1, 64) + " %" },
		"per":   func(f float64) string { return strconv.FormatFloat(f*1000, 'f', 1, 64) },
	}
}

func dict(kv ...any) map[string]any {
	out := map[string]any{}
	for i := 0; i+1 < len(kv); i += 2 {
		out[kv[i].(string)] = kv[i+1]
	}
	return out
}

func capital(s string) string {
	if first, _, _ := strings.Cut(s, " "); s == "" || strings.Contains(first, "@") {
		return s // a reference is written as it is
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// unmarked takes the marks of emphasis and headings off what a model wrote; nothing in it is read as anything but words.
func unmarked(s string) string {
	return strings.TrimLeft(strings.NewReplacer("**", "", "__", "", "`", "").Replace(s), "# ")
}

// headingLevel puts a section's heading below the page's own.
func headingLevel(level int) int { return min(max(level, 1)+1, 6) }

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// run is a piece of text that is marked or is not.
type run struct {
	Text string
	Hit  bool
}

// marked takes a highlight apart: what stands between « and » was asked for.
func marked(s string) []run {
	var out []run
	for s != "" {
		i := strings.Index(s, "«")
		if i < 0 {
			return append(out, run{s, false})
		}
		j := strings.Index(s[i:], "»")
		if j < 0 {
			return append(out, run{s, false})
		}
		if i > 0 {
			out = append(out, run{s[:i], false})
		}
		out = append(out, run{s[i+len("«") : i+j], true})
		s = s[i+j+len("»"):]
	}
	return out
}

// within marks where a value stands in a text, the first time.
func within(text, value string) []run {
	i := strings.Index(text, value)
	if i < 0 || value == "" {
		return []run{{text, false}}
	}
	return []run{{text[:i], false}, {value, true}, {text[i+len(value):], false}}
}

func shortWords(s string, n int) string {
	f := strings.Fields(s)
	if len(f) > n {
		return strings.Join(f[:n], " ") + " …"
	}
	return s
}

// clip shortens a title to n runes.
func clip(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return strings.TrimSpace(string(r[:n-1])) + "…"
	}
	return s
}

// documentPath is where a version is shown, with a section to be cited.
func documentPath(ref string) string {
	r, err := corpus.ParseRef(ref)
	if err != nil {
		return "/"
	}
	p := "/d/" + url.PathEscape(string(r.Document))
	if r.Version != "" {
		p += "@" + url.PathEscape(r.Version)
	}
	if r.Anchor != "" {
		p += "?at=" + url.QueryEscape(r.Anchor) + "#s-" + url.PathEscape(r.Anchor)
	}
	return p
}

// refPath is documentPath of something that may be no reference: then "".
func refPath(ref string) string {
	if !strings.Contains(ref, "@") {
		return ""
	}
	if _, err := corpus.ParseRef(ref); err != nil {
		return ""
	}
	return documentPath(ref)
}

func pagesText(first, last int) string {
	switch {
	case first == 0:
		return ""
	case last > first:
		return fmt.Sprintf("pp. %d–%d", first, last)
	}
	return fmt.Sprintf("p. %d", first)
}

// ageText tells how long ago a day was, in the largest unit that says something.
func ageText(days int) string {
	switch {
	case days < 0:
		return "--"
	case days == 0:
		return "today"
	case days == 1:
		return "1 day"
	case days < 120:
		return fmt.Sprintf("%d days", days)
	case days < 730:
		return fmt.Sprintf("%d months", days/30)
	}
	return fmt.Sprintf("%d years", days/365)
}

// daysSince counts whole days from a date as documents write it ("2026-04-27", "2026-04", "2026"); -1 when there is none.
func daysSince(date string, now time.Time) int {
	for _, layout := range []string{"2006-01-02", "2006-01-02 15:04", "2006-01", "2006"} {
		if t, err := time.ParseInLocation(layout, date, now.Location()); err == nil {
			return max(0, int(now.Sub(t).Hours()/24))
		}
	}
	return -1
}

// itemParts is a list item taken apart.
type itemParts struct {
	Level        int
	Marker, Text string
}

func splitItem(s string) itemParts {
	text := strings.TrimLeft(s, " ")
	p := itemParts{Level: min((len(s)-len(text))/2, 5), Text: text}
	if m, rest, ok := strings.Cut(text, " "); ok && len([]rune(m)) <= 5 && !strings.ContainsAny(m, "/:=") && isMarker(m) {
		p.Marker, p.Text = m, rest
	}
	return p
}

func isMarker(m string) bool {
	switch m {
	case "•", "-", "*", "–", "—", "o", "▪", "◦", "‣", "☐", "☑", "✓", "[", "[ ]", "[x]", "·", "■", "□", "►":
		return true
	}
	return strings.HasSuffix(m, ".") || strings.HasSuffix(m, ")")
}

func itoa(n int) string { return strconv.Itoa(n) }

func queryEscape(s string) string { return url.QueryEscape(s) }

// contextWithoutCancel is for changes: one that was begun is finished, whether the browser waits or not.
func contextWithoutCancel(r *http.Request) context.Context { return context.WithoutCancel(r.Context()) }
