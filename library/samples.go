package library

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"substrate/corpus/catalog"
	"substrate/inference/timing"
)

// Samples is where an inference client keeps its timing: in the library's catalog. A library without a catalog keeps
// nothing, for a catalog begins with a cascade. Each call opens the catalog, so that nothing is held while others restore
// or repair it.
func (l *Library) Samples() timing.Store { return samples{l} }

type samples struct{ l *Library }

func (s samples) Add(ctx context.Context, x timing.Sample) error {
	cat, err := catalog.Open(ctx, s.l.state(), catalog.ReadOnly)
	if errors.Is(err, catalog.ErrNone) {
		return nil
	}
	if err != nil {
		return err
	}
	cat.Close()
	if cat, err = catalog.Open(ctx, s.l.state(), catalog.ReadWrite); err != nil {
		return err
	}
	defer cat.Close()
	raw, err := json.Marshal(x)
	if err != nil {
		return fmt.Errorf("write a timing sample: %w", err)
	}
	return cat.AddSample(ctx, catalog.Sample{At: x.At, Tier: x.Tier, Model: x.Model, Sample: raw})
}

func (s samples) Samples(ctx context.Context, q timing.Query) ([]timing.Sample, error) {
	cat, err := catalog.Open(ctx, s.l.state(), catalog.ReadOnly)
	if errors.Is(err, catalog.ErrNone) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer cat.Close()
	rows, err := cat.Samples(ctx, q.Tier, q.Model, q.Since)
	if err != nil {
		return nil, err
	}
	out := make([]timing.Sample, len(rows))
	for i, r := range rows {
		if err := json.Unmarshal(r.Sample, &out[i]); err != nil {
			return nil, fmt.Errorf("read the timing sample of %s: %w", r.At, err)
		}
	}
	return out, nil
}
