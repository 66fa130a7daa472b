package catalog_test

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"substrate/corpus/catalog"
)

func TestLookTellsConditions(t *testing.T) {
	s := catalog.OpenStore(t.TempDir())
	raw := []byte("the bytes of an original")
	key, err := s.Put(raw)
	if err != nil {
		t.Fatal(err)
	}
	size := int64(len(raw))
	look := func(want catalog.Condition) {
		t.Helper()
		if got, _ := s.Look(key, size); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	look(catalog.Sound)
	if err := os.Chmod(s.Path(key), 0o644); err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]catalog.Condition{"the bytes": catalog.Truncated, "THE BYTES OF AN ORIGINAL": catalog.Altered, "": catalog.Truncated, string(raw) + "!": catalog.Altered} {
		if err := os.WriteFile(s.Path(key), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		look(want)
		// The same bytes taken in again mend it, whatever length the damaged ones have.
		if _, err := s.Put(raw); err != nil {
			t.Fatal(err)
		}
		look(catalog.Sound)
		if err := os.Chmod(s.Path(key), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Replace(key, []byte("other bytes"), filepath.Join(t.TempDir(), "q")); err == nil {
		t.Error("other bytes took its place")
	}
	if err := os.Remove(s.Path(key)); err != nil {
		t.Fatal(err)
	}
	look(catalog.Missing)
}

func TestScratchSweepsWhatTheDeadLeft(t *testing.T) {
	dir := t.TempDir()
	mine, done, err := catalog.Scratch(dir, ".work-")
	if err != nil {
		t.Fatal(err)
	}
	dead := filepath.Join(dir, ".work-dead")
	if err := os.MkdirAll(filepath.Join(dead, "deep"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dead, "lock"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	young := filepath.Join(dir, ".work-young") // perhaps its maker is about to lock it
	if err := os.Mkdir(young, 0o755); err != nil {
		t.Fatal(err)
	}
	if got := catalog.Abandoned(dir, ".work-"); len(got) != 1 || got[0] != dead {
		t.Errorf("abandoned: %v", got)
	}
	_, done2, err := catalog.Scratch(dir, ".work-")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dead); !os.IsNotExist(err) {
		t.Error("it was not swept")
	}
	if _, err := os.Stat(mine); err != nil {
		t.Error("the work of the living was swept")
	}
	done2()
	done()
	if _, err := os.Stat(mine); !os.IsNotExist(err) {
		t.Error("done leaves it")
	}
}

func TestHolder(t *testing.T) {
	dir := t.TempDir()
	if who, busy := catalog.Holder(dir); busy {
		t.Errorf("nobody holds it, yet %q", who)
	}
	release, err := catalog.Lock(context.Background(), dir, "somebody", time.Unix(0, 0), 0)
	if err != nil {
		t.Fatal(err)
	}
	if who, busy := catalog.Holder(dir); !busy || who == "" {
		t.Error("somebody holds it")
	}
	release()
	if _, busy := catalog.Holder(dir); busy {
		t.Error("it was given back")
	}
}
