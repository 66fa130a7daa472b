package mcp

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"substrate/library"

	"github.com/moby/sys/atomicwriter"
)

// Token is what is kept of a token: never the secret itself.
type Token struct {
	ID      string `json:"id"`
	Name    string `json:"name,omitempty"`
	Scope   string `json:"scope"` // read, capture or approve; each includes those before it
	Created string `json:"created"`
	Hash    string `json:"sha256"`
}

// ErrNoToken is wrapped when an id names no token.
var ErrNoToken = errors.New("no such token")

// Tokens are a library's tokens, in a file that only its owner can read. A server sees changes at once.
type Tokens struct {
	path string

	mu    sync.Mutex
	stamp time.Time
	size  int64
	list  []Token
}

// OpenTokens opens the tokens of the library in dir.
func OpenTokens(dir string) *Tokens {
	return &Tokens{path: filepath.Join(dir, library.StateDir, "tokens.json")}
}

// secretPrefix lets a person, and a scanner of repositories, tell what such a word is.
const secretPrefix = "substrate_"

// Create makes a token and returns its secret, which is shown once and kept nowhere. Secrets have 130 random bits, so
// that a plain hash of one cannot be searched.
func (t *Tokens) Create(name, scope string, now time.Time) (secret string, made Token, err error) {
	if scopes[scope] == nil {
		return "", Token{}, fmt.Errorf("scope %q is none of read, capture, approve", scope)
	}
	list, err := t.List()
	if err != nil {
		return "", Token{}, err
	}
	secret = secretPrefix + rand.Text()
	h := hash(secret)
	made = Token{ID: h[:8], Name: name, Scope: scope, Created: now.UTC().Format(time.RFC3339), Hash: h}
	return secret, made, t.write(append(list, made))
}

// Revoke takes a token away; id may be its name.
func (t *Tokens) Revoke(id string) (Token, error) {
	list, err := t.List()
	if err != nil {
		return Token{}, err
	}
	for i, k := range list {
		if k.ID == id || k.Name == id && id != "" {
			return k, t.write(append(list[:i:i], list[i+1:]...))
		}
	}
	return Token{}, fmt.Errorf("%w: %q; substrate token list shows all %d", ErrNoToken, id, len(list))
}

// List lists the tokens, oldest first.
func (t *Tokens) List() ([]Token, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	info, err := os.Stat(t.path)
	if errors.Is(err, fs.ErrNotExist) {
		t.list = nil
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read tokens: %w", err)
	}
	if info.ModTime().Equal(t.stamp) && info.Size() == t.size {
		return t.list, nil
	}
	raw, err := os.ReadFile(t.path)
	if err != nil {
		return nil, fmt.Errorf("read tokens: %w", err)
	}
	var list []Token
	if err := json.Unmarshal(raw, &list); err != nil {
		return nil, fmt.Errorf("read tokens: %q is damaged (%w); delete it and make new tokens", t.path, err)
	}
	t.stamp, t.size, t.list = info.ModTime(), info.Size(), list
	return list, nil
}

func (t *Tokens) write(list []Token) error {
	raw, err := json.MarshalIndent(list, "", "  ")
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(t.path), 0o755); err != nil {
		return fmt.Errorf("write tokens: %w", err)
	}
	return atomicwriter.WriteFile(t.path, append(raw, '\n'), 0o600)
}

// Check answers what a secret allows and what its token is called; ok is false when it is no token of the library.
func (t *Tokens) Check(secret string) (scope, name string, ok bool) {
	list, err := t.List()
	if err != nil {
		return "", "", false
	}
	h := []byte(hash(secret))
	for _, k := range list {
		if subtle.ConstantTimeCompare(h, []byte(k.Hash)) == 1 {
			scope, name, ok = k.Scope, k.Name, true
		}
	}
	return scope, name, ok
}

func hash(secret string) string {
	h := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(h[:])
}
