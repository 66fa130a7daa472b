package web_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"substrate/fixtures"
	"substrate/library"
	"substrate/web"
)

// drag moves what data says over the middle of an element, and lets it go there or carries it away again.
func (b *tab) drag(selector string, data *input.DragData, steps ...input.DispatchDragEventType) {
	b.t.Helper()
	at := eval[[]float64](b, `(() => { const r = document.querySelector(`+quote(selector)+`).getBoundingClientRect(); return [r.x + r.width / 2, r.y + Math.min(r.height, 400) / 2]; })()`)
	for _, s := range steps {
		if _, err := chromedp.Call(b, input.DispatchDragEvent, input.DispatchDragEventParams{Type: s, X: at[0], Y: at[1], Data: data}); err != nil {
			b.t.Fatal(err)
		}
	}
}

// TestFilesAreDropped drags files over the upload zone as a file manager does, away again, and drops them: they are taken in.
func TestFilesAreDropped(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new")
	if _, err := library.Init(dir); err != nil {
		t.Fatal(err)
	}
	srv, lib := serve(t, dir, web.Options{})
	odd := filepath.Join(t.TempDir(), "<b>Größe & more's.md")
	if err := os.WriteFile(odd, []byte("---\ntitle: Sizes\nversion: V1.0\ndate: 2026-01-02\n---\n\n# 1 Sizes\n\nAll are large.\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	files := &input.DragData{Items: []*input.DragDataItem{}, Files: []string{filepath.Join(fixtures.Dir(), "library", "pdf", "Elroy_User_Guide_V2_1.pdf"), odd}, DragOperationsMask: 1}
	words := &input.DragData{Items: []*input.DragDataItem{{MimeType: "text/plain", Data: "only words"}}, DragOperationsMask: 1}
	const enter, over, away, let = input.DispatchDragEventType("dragEnter"), input.DispatchDragEventType("dragOver"), input.DispatchDragEventType("dragCancel"), input.DispatchDragEventType("drop")

	b := browser(t)
	b.size(1280, 900, false)
	b.run(chromedp.Navigate(srv.URL + "/upload"))
	b.waitFor(`document.readyState === "complete"`)

	// Words that are dragged over the page are left alone.
	b.drag("#drop", words, enter, over, let)
	if eval[bool](b, `document.querySelector("#drop").classList.contains("over")`) || eval[string](b, `location.pathname`) != "/upload" {
		t.Error("words were taken for files")
	}
	// The zone shows that it takes files, and that they are gone again.
	eval[int](b, `window.shown = 0; new MutationObserver(() => { if (document.querySelector("#drop").classList.contains("over")) window.shown++; }).observe(document.querySelector("#drop"), {attributes: true}); 0`)
	b.drag("#drop", files, enter, over)
	b.waitFor(`window.shown > 0`)
	b.drag("#drop", files, away)
	b.waitFor(`!document.querySelector("#drop").classList.contains("over")`)
	if got := eval[string](b, `location.pathname`); got != "/upload" {
		t.Errorf("carried away, the files lead to %s", got)
	}

	b.drag("#drop", files, enter, over, let)
	b.waitFor(`location.pathname.startsWith("/upload/") && document.body.innerText.includes("Cascade 1")`)
	text := eval[string](b, "document.body.innerText")
	for _, want := range []string{"Elroy User Guide", "Sizes"} {
		if !strings.Contains(text, want) {
			t.Errorf("the report lacks %q:\n%s", want, text)
		}
	}
	docs, err := lib.Documents(context.Background())
	if err != nil || len(docs) != 2 {
		t.Errorf("%v, %v", docs, err)
	}

	// Beside the zone is near enough: nobody wants the browser to open the file instead.
	b.run(chromedp.Navigate(srv.URL + "/upload"))
	b.waitFor(`document.readyState === "complete"`)
	b.drag("h1", files, enter, over, let)
	b.waitFor(`location.pathname.startsWith("/upload/") && document.body.innerText.includes("Nothing new")`)
	b.quiet()
}
