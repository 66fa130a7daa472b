package catalog

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"
)

// KeptSamples is how many samples are kept; the oldest give way.
const KeptSamples = 100_000

// Sample is what one call to an inference server took; Sample is the figures, as package inference/timing writes them.
type Sample struct {
	At          time.Time
	Tier, Model string
	Sample      json.RawMessage
}

// AddSample keeps a sample. It is no change of the library: no revision, no cascade.
func (c *Catalog) AddSample(ctx context.Context, s Sample) error {
	r, err := c.db.ExecContext(ctx, "INSERT INTO samples (at, tier, model, sample) VALUES (?, ?, ?, ?)", s.At.UnixNano(), s.Tier, s.Model, string(s.Sample))
	if err != nil {
		return fmt.Errorf("keep a timing sample: %w", err)
	}
	id, err := r.LastInsertId()
	if err != nil {
		return fmt.Errorf("keep a timing sample: %w", err)
	}
	if _, err := c.db.ExecContext(ctx, "DELETE FROM samples WHERE id <= ?", id-KeptSamples); err != nil {
		return fmt.Errorf("drop old timing samples: %w", err)
	}
	return nil
}

// Samples lists samples, oldest first: of one tier and model, or of all with "", from since on.
func (c *Catalog) Samples(ctx context.Context, tier, model string, since time.Time) ([]Sample, error) {
	from := int64(0)
	if !since.IsZero() {
		from = since.UnixNano()
	}
	return list(ctx, c, "timing samples", "SELECT at, tier, model, sample FROM samples WHERE at >= ? AND (? = '' OR tier = ?) AND (? = '' OR model = ?) ORDER BY at, id",
		func(rs *sql.Rows, s *Sample) error {
			var at int64
			err := rs.Scan(&at, &s.Tier, &s.Model, (*[]byte)(&s.Sample))
			s.At = time.Unix(0, at).UTC()
			return err
		}, from, tier, tier, model, model)
}
