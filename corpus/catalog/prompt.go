package catalog

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Prompt is a system prompt that the library had, with when a client last took it.
type Prompt struct {
	Version  int // from 1
	At       time.Time
	Cascade  int
	Hash     string
	Template string // hash of the person's template; "" for the built-in one
	Prompt   json.RawMessage
	Taken    time.Time // zero when no client took it
	Taker    string
}

const promptFields = "SELECT version, at, cascade, hash, template, prompt, taken, taker FROM prompts "

// LatestPrompt is the newest one; ok is false when none was recorded.
func (c *Catalog) LatestPrompt(ctx context.Context) (p Prompt, ok bool, err error) {
	return c.onePrompt(ctx, promptFields+"ORDER BY version DESC LIMIT 1")
}

// TakenPrompt is the one that a client took last; ok is false when none did.
func (c *Catalog) TakenPrompt(ctx context.Context) (p Prompt, ok bool, err error) {
	return c.onePrompt(ctx, promptFields+"WHERE taken != '' ORDER BY taken DESC, version DESC LIMIT 1")
}

// PromptVersion is the one of that number.
func (c *Catalog) PromptVersion(ctx context.Context, n int) (p Prompt, ok bool, err error) {
	return c.onePrompt(ctx, promptFields+"WHERE version = ?", n)
}

func (c *Catalog) onePrompt(ctx context.Context, query string, args ...any) (p Prompt, ok bool, err error) {
	err = c.db.QueryRowContext(ctx, query, args...).Scan(&p.Version, instant{&p.At}, &p.Cascade, &p.Hash, &p.Template, (*[]byte)(&p.Prompt), instant{&p.Taken}, &p.Taker)
	if errors.Is(err, sql.ErrNoRows) {
		return p, false, nil
	}
	if err != nil {
		return p, false, fmt.Errorf("read the recorded prompts: %w", err)
	}
	return p, true, nil
}

// Prompts lists all that were recorded, newest first, without their text.
func (c *Catalog) Prompts(ctx context.Context) ([]Prompt, error) {
	return list(ctx, c, "recorded prompts", "SELECT version, at, cascade, hash, template, taken, taker FROM prompts ORDER BY version DESC", func(rs *sql.Rows, p *Prompt) error {
		return rs.Scan(&p.Version, instant{&p.At}, &p.Cascade, &p.Hash, &p.Template, instant{&p.Taken}, &p.Taker)
	})
}

// RecordPrompt keeps a prompt under the next number, unless the newest one has the same hash; it answers the number. template is the
// text of the person's template, kept by its hash; "" for the built-in one.
func (c *Catalog) RecordPrompt(ctx context.Context, p Prompt, template string) (int, error) {
	tx, err := c.db.BeginTx(ctx, nil)
	if err != nil {
		return 0, fmt.Errorf("record the prompt: %w", err)
	}
	defer tx.Rollback()
	var n int
	var hash string
	err = tx.QueryRowContext(ctx, "SELECT version, hash FROM prompts ORDER BY version DESC LIMIT 1").Scan(&n, &hash)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, fmt.Errorf("record the prompt: %w", err)
	}
	if err == nil && hash == p.Hash {
		return n, nil
	}
	at := p.At.UTC().Format(time.RFC3339Nano)
	if template != "" {
		if _, err := tx.ExecContext(ctx, "INSERT OR IGNORE INTO templates (hash, at, text) VALUES (?, ?, ?)", p.Template, at, template); err != nil {
			return 0, fmt.Errorf("record the prompt: %w", err)
		}
	}
	if _, err := tx.ExecContext(ctx, "INSERT INTO prompts (version, at, cascade, hash, template, prompt, taken, taker) VALUES (?, ?, ?, ?, ?, ?, '', '')",
		n+1, at, p.Cascade, p.Hash, p.Template, string(p.Prompt)); err != nil {
		return 0, fmt.Errorf("record the prompt: %w", err)
	}
	if err := tx.Commit(); err != nil {
		return 0, fmt.Errorf("record the prompt: %w", err)
	}
	return n + 1, nil
}

// TakePrompt notes that a client took a prompt.
func (c *Catalog) TakePrompt(ctx context.Context, version int, at time.Time, by string) error {
	if _, err := c.db.ExecContext(ctx, "UPDATE prompts SET taken = ?, taker = ? WHERE version = ?", at.UTC().Format(time.RFC3339Nano), by, version); err != nil {
		return fmt.Errorf("note who took the prompt: %w", err)
	}
	return nil
}

// Template is a person's template by its hash; "" when it is not known.
func (c *Catalog) Template(ctx context.Context, hash string) (string, error) {
	var s string
	err := c.db.QueryRowContext(ctx, "SELECT text FROM templates WHERE hash = ?", hash).Scan(&s)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return s, err
}
