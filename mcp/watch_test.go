package mcp

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// issue writes a version of a document whose text is its version.
func issue(t *testing.T, version int) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), fmt.Sprintf("mast-%d.md", version))
	text := fmt.Sprintf("---\ntitle: Mast Handbook\nversion: V%d.0\ndate: 2026-05-%02d\nepoch: EPOCH 2\n---\n# 1 Height\n\nThe zeppelin mast is %d00 cm high.\n", version, version, version)
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

// TestServesWhileOthersIngest searches without a break while cascades are made: no call fails, none finds a version that
// was replaced before it began, and the first call after a cascade finds the new one.
func TestServesWhileOthersIngest(t *testing.T) {
	dir := copyOf(t, sampleDir(t))
	if err := ingest(dir, issue(t, 1)); err != nil {
		t.Fatal(err)
	}
	s := serverOf(t, dir)
	find := func() (string, error) {
		a, mendable, err := s.call(context.Background(), searchTool, json.RawMessage(`{"query":"zeppelin mast","limit":1}`))
		if err != nil || mendable != "" {
			return "", fmt.Errorf("%v %s", err, mendable)
		}
		p := a.(*SearchOut).Passages
		if len(p) == 0 {
			return "", nil
		}
		return p[0].Ref, nil
	}
	var (
		mu     sync.Mutex
		issued = 1
		wg     sync.WaitGroup
	)
	stop := make(chan struct{})
	for range 4 {
		wg.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				mu.Lock()
				before := issued
				mu.Unlock()
				ref, err := find()
				var got int
				if _, scanErr := fmt.Sscanf(ref, "mast-handbook@%d.0#1", &got); err != nil || scanErr != nil || got < before {
					t.Errorf("after V%d.0 was issued: %q, %v", before, ref, err)
					return
				}
			}
		})
	}
	for v := 2; v <= 5; v++ {
		if err := ingest(dir, issue(t, v)); err != nil {
			t.Error(err)
			break
		}
		mu.Lock()
		issued = v
		mu.Unlock()
		if ref, err := find(); ref != fmt.Sprintf("mast-handbook@%d.0#1", v) || err != nil {
			t.Errorf("the first call after V%d.0: %q, %v", v, ref, err)
		}
	}
	close(stop)
	wg.Wait()
}

// TestSubscribersHearOfTheirOwn: of what a cascade changed, and of nothing else.
func TestSubscribersHearOfTheirOwn(t *testing.T) {
	dir := copyOf(t, sampleDir(t))
	if err := ingest(dir, issue(t, 1)); err != nil {
		t.Fatal(err)
	}
	s := serverOf(t, dir)
	s.every = 10 * time.Millisecond
	k := newTalk(t, s)
	k.hello()
	for i, uri := range []string{"documents/mast-handbook", "documents/elroy-user-guide", "documents/mast-handbook/versions/1.0/sections/1", "documents/nowhere"} {
		k.send(fmt.Sprintf(`{"jsonrpc":"2.0","id":%d,"method":"resources/subscribe","params":{"uri":"substrate://%s"}}`, i, uri))
		k.next()
	}
	if err := ingest(dir, issue(t, 2)); err != nil {
		t.Fatal(err)
	}
	heard := map[string]bool{}
	for len(heard) < 3 {
		m := k.next()
		what, _ := m["method"].(string)
		if p, ok := m["params"].(map[string]any); ok && p["uri"] != nil {
			what = strings.TrimPrefix(p["uri"].(string), "substrate://")
		}
		heard[what] = true
	}
	for _, want := range []string{"documents/mast-handbook", "documents/mast-handbook/versions/1.0/sections/1", "notifications/resources/list_changed"} {
		if !heard[want] {
			t.Errorf("nothing of %s in %v", want, heard)
		}
	}
	k.bye()
}

func TestCancelledRequestsAreNotAnswered(t *testing.T) {
	s := serverOf(t, sampleDir(t))
	s.every = time.Hour
	for range cap(s.desk.slots) { // nobody gets a library
		s.desk.slots <- struct{}{}
	}
	k := newTalk(t, s)
	k.send(`{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"search","arguments":{"query":"swap"}}}`)
	k.send(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}}`)
	k.send(`{"jsonrpc":"2.0","id":2,"method":"ping"}`)
	if m := k.next(); m["id"] != float64(2) {
		t.Errorf("answered with %v", m)
	}
	k.bye()
}
