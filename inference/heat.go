package inference

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"substrate/inference/route"
)

// How far back temperatures are asked for, how fine, and how far their trend is followed. A trend is old news after a
// few probes that told nothing.
const (
	heatBack  = 5 * time.Minute
	heatStep  = 15 * time.Second
	heatAhead = 3 * time.Minute
	heatStale = 2 * time.Minute
)

// trend is the tier's temperature; the caller holds n.mu.
func (n *node) trend() route.Heat {
	if len(n.heat) == 0 || n.clock.Now().Sub(n.heat[len(n.heat)-1].At) > heatStale {
		return route.Heat{}
	}
	return route.Trend(n.heat, n.tier.TemperatureLimit, heatAhead)
}

// feel asks Prometheus for a tier's temperature. Without an answer the tier is routed to as if it had no thermometer.
func (c *Client) feel(ctx context.Context, n *node) {
	if n.tier.TemperatureQuery == "" || c.prom == "" {
		return
	}
	readings, err := queryRange(ctx, c.http, c.prom, n.tier.TemperatureQuery, c.clock.Now())
	if err != nil {
		if ctx.Err() == nil {
			c.log.Warn("no temperature", "tier", n.tier.Name, "err", err)
		}
		return
	}
	n.mu.Lock()
	n.heat = readings
	n.mu.Unlock()
}

// queryRange is /api/v1/query_range of Prometheus' HTTP API. Of several series the hottest at each time counts.
func queryRange(ctx context.Context, h *http.Client, base, query string, now time.Time) ([]route.Reading, error) {
	v := url.Values{"query": {query}, "step": {strconv.Itoa(int(heatStep.Seconds()))},
		"start": {unix(now.Add(-heatBack))}, "end": {unix(now)}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, base+"/api/v1/query_range?"+v.Encode(), nil)
	if err != nil {
		return nil, err
	}
	resp, err := h.Do(req)
	if err != nil {
		return nil, fmt.Errorf("asking Prometheus: %w", err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, 4<<20))
	if err != nil {
		return nil, fmt.Errorf("reading Prometheus' answer: %w", err)
	}
	var out struct {
		Status string `json:"status"`
		Error  string `json:"error"`
		Data   struct {
			Result []struct {
				Values [][2]json.RawMessage `json:"values"`
			} `json:"result"`
		} `json:"data"`
	}
	if err := json.Unmarshal(b, &out); err != nil {
		return nil, fmt.Errorf("the Prometheus server answered status %d, no JSON: %w", resp.StatusCode, err)
	}
	if out.Status != "success" {
		return nil, fmt.Errorf("the Prometheus server refuses the query %q: %s", query, out.Error)
	}
	at := map[int64]float64{}
	for _, series := range out.Data.Result {
		for _, p := range series.Values {
			var ts float64
			var val string
			if json.Unmarshal(p[0], &ts) != nil || json.Unmarshal(p[1], &val) != nil {
				return nil, fmt.Errorf("the Prometheus value %s for %q is no sample", p, query)
			}
			f, err := strconv.ParseFloat(val, 64)
			if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
				continue
			}
			ms := int64(ts * 1000)
			if old, ok := at[ms]; !ok || f > old {
				at[ms] = f
			}
		}
	}
	if len(at) == 0 {
		return nil, fmt.Errorf("the temperature query %q finds nothing: try it in Prometheus", query)
	}
	return sorted(at), nil
}

func unix(t time.Time) string { return strconv.FormatFloat(float64(t.UnixMilli())/1000, 'f', 3, 64) }

func sorted(at map[int64]float64) []route.Reading {
	var out []route.Reading
	for ms, v := range at {
		out = append(out, route.Reading{At: time.UnixMilli(ms), Value: v})
	}
	slices.SortFunc(out, func(a, b route.Reading) int { return a.At.Compare(b.At) })
	return out
}
