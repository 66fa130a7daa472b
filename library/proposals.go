package library

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// proposalsFile is where what a model proposed out of a transcript is kept, by the transcript's bytes.
func (l *Library) proposalsFile(transcript string) string {
	sum := sha256.Sum256([]byte(transcript))
	return filepath.Join(l.state(), "cache", "proposals", hex.EncodeToString(sum[:12])+".json")
}

// KeptProposals are those that [Library.KeepProposals] was given for a transcript; nil when there are none.
func (l *Library) KeptProposals(transcript string) ([]byte, error) {
	raw, err := os.ReadFile(l.proposalsFile(transcript))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return raw, err
}

// KeepProposals remembers what a model proposed out of a transcript, until somebody clears the cache: nothing that is kept here is
// a finding before a person ticks it.
func (l *Library) KeepProposals(transcript string, raw []byte) error {
	if err := writeFile(l.proposalsFile(transcript), raw, 0o600); err != nil {
		return fmt.Errorf("keep the proposals: %w", err)
	}
	return nil
}
