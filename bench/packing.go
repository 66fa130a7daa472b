package bench

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"

	"substrate/library"
	"substrate/mcp"
)

// Packed is what answers to the cases keep within a budget.
type Packed struct {
	Budget int `json:"budget"` // tokens of four bytes
	Cases  int `json:"cases"`
	Kept   int `json:"answer_kept"` // an answer passage is whole in the first answer
	// Drifting counts the cases for which an answer without a tight budget carries drift entries on its first three passages;
	// Drift those that carry all of these here, or say that something was left out.
	Drifting int `json:"cases_with_drift"`
	Drift    int `json:"drift_kept"`
	Silent   int `json:"cut_in_silence"` // fewer passages than were found, or a passage without its text, and no word of it
	Over     int `json:"over_budget"`    // answers that are longer on the wire than the budget, escapes for web pages apart
}

const wideBudget = 50_000

// Pack asks the cases over MCP with each budget, as a client would: ten passages at most.
func Pack(ctx context.Context, l *library.Library, cases []Case, budgets []int) ([]Packed, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	c, err := newClient(ctx, l)
	if err != nil {
		return nil, err
	}
	defer c.in.Close()
	out := make([]Packed, len(budgets))
	for _, k := range cases {
		wide, _, err := c.search(k.Question, wideBudget)
		if err != nil {
			return nil, err
		}
		must := map[string]bool{}
		for _, p := range wide.Passages[:min(3, len(wide.Passages))] {
			for _, d := range p.Drift {
				must[d.ID] = true
			}
		}
		for i, b := range budgets {
			got, length, err := c.search(k.Question, b)
			if err != nil {
				return nil, err
			}
			out[i].add(k, b, length, got, wide, must)
		}
	}
	return out, nil
}

func (p *Packed) add(k Case, budget, length int, got, wide *mcp.SearchOut, must map[string]bool) {
	p.Budget = budget
	p.Cases++
	kept, empty := false, false
	said := map[string]bool{}
	for _, d := range got.Drift {
		said[d.ID] = true
	}
	for _, x := range got.Passages {
		kept = kept || has(x.Text, k.Passage)
		empty = empty || x.Text == ""
		for _, d := range x.Drift {
			said[d.ID] = true
		}
	}
	if kept {
		p.Kept++
	}
	if (empty || len(got.Passages) < len(wide.Passages)) && got.LeftOut == "" {
		p.Silent++
	}
	if length > 4*budget {
		p.Over++
	}
	if len(must) == 0 {
		return
	}
	p.Drifting++
	for id := range must {
		if !said[id] && got.LeftOut == "" {
			return
		}
	}
	p.Drift++
}

// client talks to a server in this process as a model's client does.
type client struct {
	in  *io.PipeWriter
	out *bufio.Reader
	id  int
}

func newClient(ctx context.Context, l *library.Library) (*client, error) {
	s := mcp.New(mcp.Options{Dir: l.Dir, Open: func() (*library.Library, error) { return library.Open(l.Dir, l.Config) }})
	inR, inW := io.Pipe()
	outR, outW := io.Pipe()
	go func() {
		defer s.Close()
		outW.CloseWithError(s.ServeStdio(ctx, inR, outW))
	}()
	c := &client{in: inW, out: bufio.NewReaderSize(outR, 1<<20)}
	_, err := c.call("initialize", map[string]any{"protocolVersion": "2025-06-18", "capabilities": map[string]any{}, "clientInfo": map[string]any{"name": "bench", "version": "1"}})
	if err != nil {
		return nil, err
	}
	_, err = io.WriteString(inW, `{"jsonrpc":"2.0","method":"notifications/initialized"}`+"\n")
	return c, err
}

// call sends a request and waits for its answer.
func (c *client) call(method string, params any) (json.RawMessage, error) {
	c.id++
	raw, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": c.id, "method": method, "params": params})
	if err != nil {
		return nil, err
	}
	if _, err := c.in.Write(append(raw, '\n')); err != nil {
		return nil, fmt.Errorf("ask over MCP: %w", err)
	}
	for {
		line, err := c.out.ReadBytes('\n')
		if err != nil {
			return nil, fmt.Errorf("ask over MCP: %w", err)
		}
		var m struct {
			ID     int             `json:"id"`
			Result json.RawMessage `json:"result"`
			Error  json.RawMessage `json:"error"`
		}
		if json.Unmarshal(line, &m) != nil || m.ID != c.id {
			continue // a notification
		}
		if m.Error != nil {
			return nil, fmt.Errorf("%s over MCP: %s", method, m.Error)
		}
		return m.Result, nil
	}
}

func (c *client) search(query string, budget int) (*mcp.SearchOut, int, error) {
	raw, err := c.call("tools/call", map[string]any{"name": "search", "arguments": map[string]any{"query": query, "limit": 10, "budget": budget}})
	if err != nil {
		return nil, 0, err
	}
	var r struct {
		Value   *mcp.SearchOut `json:"structuredContent"`
		IsError bool           `json:"isError"`
	}
	if err := json.Unmarshal(raw, &r); err != nil || r.IsError || r.Value == nil {
		return nil, 0, fmt.Errorf("search over MCP for %q: %s", query, raw)
	}
	return r.Value, len(raw) - escaped(raw), nil
}

// escaped counts the bytes that JSON's escapes for web pages add: the budget promises nothing about these.
func escaped(raw []byte) int {
	n := 0
	for _, e := range []string{`\u003c`, `\u003e`, `\u0026`} {
		n += bytes.Count(raw, []byte(e)) * (len(e) - 1)
	}
	return n
}
