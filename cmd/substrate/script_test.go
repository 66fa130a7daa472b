package main

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"substrate/corpus/pdf/pool"
	"substrate/fixtures"
	"substrate/inference/inferencetest"
)

func TestMain(m *testing.M) {
	pool.Main()
	if os.Getenv(asProgram) != "" {
		os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
	testscript.Main(m, map[string]func(){
		"substrate": func() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) },
	})
}

// TestScripts runs each script of testdata: what a verb is told, what it prints, and its exit status.
func TestScripts(t *testing.T) {
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata",
		Setup: func(e *testscript.Env) error {
			// The compiled PDF engine is kept between runs; everything else is the script's own.
			e.Setenv("XDG_CACHE_HOME", cache)
			e.Setenv("FIXTURES", fixtures.Dir())
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			// status CODE command...: runs a command that must end with that exit status.
			"status": func(ts *testscript.TestScript, neg bool, args []string) {
				if len(args) < 2 {
					ts.Fatalf("usage: status CODE command...")
				}
				err := ts.Exec(args[1], args[2:]...)
				got := "0"
				if err != nil {
					got = regexp.MustCompile(`\d+`).FindString(err.Error())
				}
				if got != args[0] {
					ts.Fatalf("exit status %s, want %s", got, args[0])
				}
			},
			// tier NAME REPLY: an Ollama-like server that answers every question with REPLY, as $NAME.
			"tier": func(ts *testscript.TestScript, neg bool, args []string) {
				if len(args) != 2 {
					ts.Fatalf("usage: tier NAME REPLY")
				}
				s := inferencetest.New(t, inferencetest.Ollama, inferencetest.Model{Name: "small", Window: 4096, Loaded: true})
				s.On(func(inferencetest.Call) inferencetest.Answer { return inferencetest.Answer{Text: args[1]} })
				ts.Setenv(args[0], s.URL)
			},
			// modelserver VARIABLE: starts a server that speaks Ollama's wire and has the model m; VARIABLE is its address.
			"modelserver": func(ts *testscript.TestScript, neg bool, args []string) {
				if len(args) != 1 {
					ts.Fatalf("usage: modelserver VARIABLE")
				}
				s := inferencetest.New(t, inferencetest.Ollama, inferencetest.Model{Name: "m", Window: 4096, Loaded: true, Quant: "Q4_K_M"})
				s.On(func(c inferencetest.Call) inferencetest.Answer {
					return inferencetest.Answer{Text: "twelve words that say nothing of what was asked by this prompt", OutputTime: 10 * time.Millisecond}
				})
				ts.Setenv(args[0], s.URL)
			},
			// waitfor SLUG: until the library in the current folder lists a document. The test's own timeout ends it.
			"waitfor": func(ts *testscript.TestScript, neg bool, args []string) {
				for {
					if ts.Exec("substrate", "versions", args[0]) == nil {
						return
					}
					time.Sleep(100 * time.Millisecond)
				}
			},
		},
	})
	if found, _ := filepath.Glob("testdata/*.txtar"); len(found) < 8 {
		t.Fatalf("only %d scripts", len(found))
	}
}
