// Package arrows holds the project to its layout: which package may import which, and which libraries live where.
package arrows

import (
	"os/exec"
	"strings"
	"testing"
)

// may lists, for each package of the project, the others that it may import. The vocabulary is at the bottom; rules and
// readers know only it; the library joins them; commands know the library.
var may = map[string]string{
	"corpus":                  "",
	"corpus/identity":         "corpus",
	"corpus/markdown":         "corpus",
	"corpus/pdf":              "corpus corpus/pdf/layout corpus/pdf/page",
	"corpus/pdf/page":         "",
	"corpus/pdf/layout":       "corpus corpus/pdf/page",
	"corpus/pdf/pdfium":       "corpus corpus/pdf/page",
	"corpus/pdf/light":        "corpus/pdf/page",
	"corpus/pdf/scan":         "corpus/pdf/page",
	"corpus/pdf/pool":         "corpus corpus/pdf corpus/pdf/page corpus/pdf/pdfium corpus/pdf/light corpus/pdf/scan",
	"corpus/catalog":          "corpus corpus/identity epoch",
	"epoch":                   "corpus",
	"driftlog":                "corpus driftlog/claim driftlog/value",
	"driftlog/value":          "",
	"driftlog/claim":          "corpus driftlog/value",
	"driftlog/change":         "corpus driftlog/claim driftlog/value",
	"driftlog/echo":           "corpus driftlog/change driftlog/claim driftlog/value",
	"index":                   "corpus",
	"typeset":                 "corpus corpus/markdown",
	"prompts":                 "corpus epoch",
	"library":                 "capture capture/source capture/surgery corpus corpus/catalog corpus/identity corpus/markdown driftlog driftlog/change driftlog/claim driftlog/echo driftlog/value epoch index inference inference/timing prompts typeset",
	"capture/propose":         "capture driftlog/claim driftlog/value inference inference/budget",
	"capture/source":          "corpus corpus/identity corpus/markdown",
	"capture/surgery":         "corpus corpus/identity corpus/markdown",
	"capture":                 "capture/surgery corpus",
	"inference":               "inference/budget inference/route inference/timing inference/wire",
	"inference/budget":        "",
	"inference/route":         "",
	"inference/timing":        "",
	"inference/wire":          "",
	"inference/inferencetest": "",
	"ask":                     "driftlog/claim driftlog/value inference inference/budget inference/route library prompts",
	"metrics":                 "capture corpus library",
	"tracing":                 "",
	"deploy":                  "",
	"mcp":                     "capture corpus driftlog library prompts",
	"openai":                  "inference",
	"web":                     "ask capture corpus driftlog inference/timing library",
	"bench":                   "index library mcp",
	"cmd/substrate":           "bench ask capture capture/propose corpus corpus/catalog corpus/identity corpus/pdf/pool driftlog inference inference/route inference/timing library mcp metrics openai prompts tracing web",
	"fixtures":                "",
	"packaging":               "",
	"arrows":                  "",
}

// home says which packages may import a library: the one that it is walled in by, or the two that read and print a format.
var home = map[string]string{
	"github.com/blevesearch/":         "index bench",
	"modernc.org/sqlite":              "corpus/catalog",
	"github.com/pressly/goose":        "corpus/catalog",
	"github.com/klippa-app/go-pdfium": "corpus/pdf/pdfium",
	"github.com/tetratelabs/wazero":   "corpus/pdf/pdfium",
	"github.com/ledongthuc/pdf":       "corpus/pdf/light",
	"github.com/yuin/goldmark":        "corpus/markdown typeset",
	"codeberg.org/go-pdf/fpdf":        "typeset",
	"codeberg.org/go-fonts/":          "typeset",
	"golang.org/x/image":              "typeset",
	"github.com/spf13/":               "cmd/substrate",
	"github.com/schollz/progressbar":  "cmd/substrate",
	"github.com/fsnotify/fsnotify":    "library",
	"github.com/mark3labs/mcp-go":     "mcp",
	"github.com/moby/sys/":            "library mcp",
	"github.com/prometheus/":          "metrics",
	"go.opentelemetry.io/":            "tracing",
	"golang.org/x/sync":               "inference",
}

func imports(t *testing.T) map[string][]string {
	t.Helper()
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "substrate/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	m := map[string][]string{}
	for _, line := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		f := strings.Fields(line)
		m[strings.TrimPrefix(f[0], "substrate/")] = f[1:]
	}
	if len(m) < 10 {
		t.Fatalf("only %d packages were listed", len(m))
	}
	return m
}

func TestArrows(t *testing.T) {
	for pkg, list := range imports(t) {
		allowed, known := may[pkg]
		if !known {
			t.Errorf("package %s has no place in the layout: add it to the table, with what it may import", pkg)
			continue
		}
		for _, i := range list {
			if own, ok := strings.CutPrefix(i, "substrate/"); ok && !strings.Contains(" "+allowed+" ", " "+own+" ") {
				t.Errorf("%s must not import %s", pkg, own)
			}
		}
	}
}

func TestEachLibraryHasOneHome(t *testing.T) {
	used := map[string]bool{}
	for pkg, list := range imports(t) {
		for _, i := range list {
			for lib, where := range home {
				if strings.HasPrefix(i, lib) {
					used[lib] = true
					if !strings.Contains(" "+where+" ", " "+pkg+" ") {
						t.Errorf("%s imports %s, which lives in %s", pkg, i, where)
					}
				}
			}
		}
	}
	for lib := range home {
		if !used[lib] {
			t.Errorf("nothing imports %s: take it off the list and out of go.mod", lib)
		}
	}
}
