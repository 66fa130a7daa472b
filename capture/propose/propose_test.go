package propose_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"substrate/capture"
	"substrate/capture/propose"
	"substrate/inference"
	"substrate/inference/inferencetest"
)

const chat = `me: the boiler keeps going out
helper: let us look at the valve
me: the gauge says 2.1 bar
helper: the manual says 3.0 bar is right
me: I opened the valve by a quarter turn
me: now the gauge stands at 3.0 bar and it stays lit
helper: good, write it down
me: tomorrow we could look at the chimney`

func client(t *testing.T, window int) (*inferencetest.Server, *inference.Client) {
	t.Helper()
	s := inferencetest.New(t, inferencetest.Ollama, inferencetest.Model{Name: "m", Window: window, Loaded: true})
	c, err := inference.New([]inference.Tier{{Name: "box", URL: s.URL, Models: map[inference.Task]string{"chat": "m"}}}, inference.Options{ProbeEvery: -1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return s, c
}

func read(t *testing.T, text, answer string) (*propose.Read, error) {
	t.Helper()
	s, c := client(t, 4096)
	s.On(func(inferencetest.Call) inferencetest.Answer { return inferencetest.Answer{Text: answer} })
	return propose.Transcript(context.Background(), c, text, propose.Options{})
}

// What stands in its lines is proposed with them; what does not is dropped, and says why.
func TestProposalsStandInTheirLines(t *testing.T) {
	for _, c := range []struct{ name, finding, why string }{
		{"it stands there", `{"text":"With the valve opened by a quarter turn the gauge stands at 3.0 bar","from":5,"to":6,"kind":"a"}`, ""},
		{"a value that nobody said", `{"text":"With the valve opened the gauge stands at 3.5 bar","from":5,"to":6,"kind":"a"}`, `"3.5 bar" does not stand in its lines`},
		{"a value of other lines", `{"text":"The gauge stands at 2.1 bar now","from":5,"to":6}`, "does not stand in its lines"},
		{"words of something else", `{"text":"The tenants agreed to repaint their kitchen","from":5,"to":6}`, "most of its words"},
		{"lines that are not there", `{"text":"The gauge stands at 3.0 bar","from":60,"to":61}`, "was not shown lines 60 to 61"},
		{"lines the wrong way round", `{"text":"The gauge stands at 3.0 bar","from":6,"to":5}`, "was not shown"},
		{"line zero", `{"text":"The gauge stands at 3.0 bar","from":0,"to":6}`, "was not shown"},
		{"nothing", `{"text":" ","from":5,"to":6}`, "says nothing"},
		{"a long story", `{"text":"` + strings.Repeat("valve gauge bar ", 60) + `","from":5,"to":6}`, "bytes"},
	} {
		r, err := read(t, chat, "Here you are:\n```json\n{\"findings\":["+c.finding+"]}\n```")
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if c.why == "" {
			if len(r.Proposals) != 1 || len(r.Dropped) != 0 || r.Proposals[0].Evidence != "me: I opened the valve by a quarter turn\nme: now the gauge stands at 3.0 bar and it stays lit" || r.Proposals[0].Mark != "read by m on box" || r.Proposals[0].Kind != capture.System {
				t.Errorf("%s: %+v", c.name, r)
			}
			continue
		}
		if len(r.Proposals) != 0 || len(r.Dropped) != 1 || !strings.Contains(r.Dropped[0].Why, c.why) {
			t.Errorf("%s: proposed %+v, dropped %+v", c.name, r.Proposals, r.Dropped)
		}
	}
}

func TestWhatIsNoListIsAnError(t *testing.T) {
	for _, answer := range []string{"I found that the valve was opened.", `{"findings":[{"text":"x"`, `["a"]`, `{"other":[]}`, "", `{"findings":"none"}`} {
		if r, err := read(t, chat, answer); err == nil {
			t.Errorf("%q was read as %+v", answer, r)
		}
	}
	if r, err := read(t, chat, `{"findings":[]}`); err != nil || len(r.Proposals) != 0 {
		t.Errorf("nothing learned: %+v, %v", r, err)
	}
	if _, err := read(t, "\x00\xff", `{"findings":[]}`); err == nil || !strings.Contains(err.Error(), "binary") {
		t.Errorf("a binary file: %v", err)
	}
}

// A long chat is read in pieces that fit the window: every line is shown, none is truncated by the server, and what two pieces
// share is proposed once.
func TestALongChatIsReadInPieces(t *testing.T) {
	for _, window := range []int{1200, 2048, 8192} {
		s, c := client(t, window)
		var lines []string
		for i := range 300 {
			lines = append(lines, fmt.Sprintf("me: shelf %d holds box %d now", i, 1000+i))
		}
		lines[150] = "log: " + strings.Repeat("0123456789abcdef ", 2000)
		seen := map[string]bool{}
		s.On(func(call inferencetest.Call) inferencetest.Answer {
			var found []string
			for _, l := range strings.Split(call.Text, "\n") {
				n, said, ok := strings.Cut(l, "| ")
				if ok && strings.HasPrefix(said, "me: shelf") {
					seen[said] = true
					found = append(found, fmt.Sprintf(`{"text":%q,"from":%s,"to":%s}`, strings.TrimPrefix(said, "me: "), n[strings.LastIndexAny(n, ">")+1:], n[strings.LastIndexAny(n, ">")+1:]))
				}
			}
			return inferencetest.Answer{Text: `{"findings":[` + strings.Join(found, ",") + `]}`}
		})
		r, err := propose.Transcript(context.Background(), c, strings.Join(lines, "\n"), propose.Options{})
		if err != nil {
			t.Fatalf("window %d: %v", window, err)
		}
		if len(seen) != 299 || len(r.Proposals) != 299 || len(r.Dropped) != 0 {
			t.Errorf("window %d: %d of 299 lines were shown, %d proposed, dropped %+v", window, len(seen), len(r.Proposals), r.Dropped)
		}
		for _, call := range s.Calls() {
			if call.Truncated || call.Tokens > window {
				t.Errorf("window %d: the server was given %d tokens", window, call.Tokens)
			}
		}
	}
}

func TestAServerThatHangs(t *testing.T) {
	s, c := client(t, 4096)
	s.On(func(inferencetest.Call) inferencetest.Answer { return inferencetest.Answer{Hang: true} })
	ctx, stop := context.WithCancel(context.Background())
	go func() {
		for len(s.Calls()) == 0 {
			time.Sleep(5 * time.Millisecond)
		}
		stop()
	}()
	if r, err := propose.Transcript(ctx, c, chat, propose.Options{}); err == nil {
		t.Errorf("read %+v", r)
	}
}

// What a person marked stays as they wrote it, and is not proposed a second time.
func TestMarksComeFirst(t *testing.T) {
	r := &propose.Read{Proposals: []capture.Proposed{{Text: "The gauge stands at 3.0 bar now", From: 5, To: 6}, {Text: "The valve was opened by a quarter turn", From: 2, To: 2}}}
	got := r.With([]capture.Proposed{{Text: "gauge stands at 3.0 bar now, valve opened", From: 6, To: 6, Mark: "FINDING:"}})
	if len(got) != 2 || got[0].From != 2 || got[1].Mark != "FINDING:" {
		t.Errorf("%+v", got)
	}
}
