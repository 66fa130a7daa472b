package inference

import (
	"context"

	"substrate/inference/timing"
)

// Report characterises each model on each tier from the samples of the store that fit: percentiles of first token,
// total, queue and load in seconds, and of prompt and output rates in tokens per second. Cached prompts and failed calls
// are counted and kept out of the speeds.
func (c *Client) Report(ctx context.Context, q timing.Query) ([]timing.Row, error) {
	list, err := c.store.Samples(ctx, q)
	if err != nil {
		return nil, err
	}
	return timing.Report(list), nil
}

// Speed is what is known of a model's speed on a tier: medians of the latest calls.
func (c *Client) Speed(tier, model string) timing.Speed { return c.speeds.Of(tier, model) }
