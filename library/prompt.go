package library

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"substrate/capture"
	"substrate/corpus/catalog"
	"substrate/prompts"
)

// PromptOptions say how a prompt is written, and who takes it.
type PromptOptions struct {
	Budget int            // tokens at most; 0 is the tier's
	Tier   string         // small, medium, large or a context window; see prompts.Options
	Format prompts.Format // "" is Markdown
	Since  string         // of a brief: a cascade or a date from which changes are told; "" is the newest cascade
	// By is the client that takes the system prompt: it is remembered, so that PromptDiff can tell what changed since. ""
	// only looks.
	By string
}

func (o PromptOptions) options() prompts.Options {
	return prompts.Options{Budget: o.Budget, Tier: o.Tier, Format: o.Format}
}

// SystemPrompt writes the system prompt from the library's state. Its version counts the prompts that differed in content.
func (l *Library) SystemPrompt(ctx context.Context, o PromptOptions) (*prompts.Prompt, error) {
	s, err := l.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer s.done()
	f, whole, own, err := l.wholePrompt(ctx, s)
	if err != nil {
		return nil, err
	}
	if f.Version, err = l.notePrompt(ctx, s.cat, whole, own, o.By); err != nil {
		// A library on a read-only disk has a prompt all the same; only its number is not known.
		l.Log.Warn("the system prompt was not recorded", "error", err)
	}
	f.Generated = l.Now()
	opts := o.options()
	opts.Template, opts.TemplateName = own, PromptsDir+"/"+SystemTemplate
	p, err := prompts.Render(f, opts)
	if err != nil {
		return nil, err
	}
	return &p, nil
}

// wholePrompt is the prompt without any limit: the one whose content is numbered.
func (l *Library) wholePrompt(ctx context.Context, s *snapshot) (prompts.Facts, prompts.Prompt, string, error) {
	st, err := l.drift(ctx, s)
	if err != nil {
		return prompts.Facts{}, prompts.Prompt{}, "", err
	}
	f, err := l.promptFacts(ctx, s.cat, st)
	if err != nil {
		return f, prompts.Prompt{}, "", err
	}
	own, err := l.ownFile(SystemTemplate)
	if err != nil {
		return f, prompts.Prompt{}, "", err
	}
	p, err := prompts.Render(f, prompts.Options{Template: own, TemplateName: PromptsDir + "/" + SystemTemplate})
	return f, p, own, err
}

// recorded is what the catalog keeps of a prompt.
type recorded struct {
	Sections []prompts.Section `json:"sections"`
}

// notePrompt records a prompt whose content is new, and that somebody took it. It answers the prompt's number.
func (l *Library) notePrompt(ctx context.Context, cat *catalog.Catalog, p prompts.Prompt, own, by string) (int, error) {
	last, known, err := cat.LatestPrompt(ctx)
	if err != nil {
		return 0, err
	}
	same := known && last.Hash == p.Hash
	if same && (by == "" || last.Taker == by) {
		return last.Version, nil
	}
	w, err := catalog.Open(ctx, l.state(), catalog.ReadWrite)
	if err != nil {
		return last.Version, err
	}
	defer w.Close()
	n := last.Version
	if !same {
		if n, err = l.recordPrompt(ctx, w, p, own); err != nil {
			return 0, err
		}
	}
	if by != "" {
		err = w.TakePrompt(ctx, n, l.Now(), by)
	}
	return n, err
}

func (l *Library) recordPrompt(ctx context.Context, w *catalog.Catalog, p prompts.Prompt, own string) (int, error) {
	st, err := w.State(ctx)
	if err != nil {
		return 0, err
	}
	raw, err := json.Marshal(recorded{p.Sections})
	if err != nil {
		return 0, err
	}
	rec := catalog.Prompt{At: l.Now(), Cascade: st.Cascade, Hash: p.Hash, Prompt: raw}
	if own != "" {
		sum := sha256.Sum256([]byte(own))
		rec.Template = hex.EncodeToString(sum[:])
	}
	return w.RecordPrompt(ctx, rec, own)
}

// PromptChange says that a change of the library altered its system prompt.
type PromptChange struct {
	Version int    `json:"version"`
	Hash    string `json:"hash"`
	Before  int    `json:"before"` // the version until then; 0 when there was none
}

// revisitPrompt records the prompt of the library as it is now, and tells when that is another one than before. What is wrong
// with a person's template is told and never stops a cascade.
func (l *Library) revisitPrompt(ctx context.Context) (*PromptChange, string) {
	s, err := l.reader(ctx)
	if err != nil {
		return nil, ""
	}
	defer s.done()
	before, known, err := s.cat.LatestPrompt(ctx)
	if err != nil {
		return nil, "the system prompt was not looked at: " + err.Error()
	}
	_, p, own, err := l.wholePrompt(ctx, s)
	if err != nil {
		return nil, "the system prompt cannot be written: " + err.Error()
	}
	if known && before.Hash == p.Hash {
		return nil, ""
	}
	n, err := l.notePrompt(ctx, s.cat, p, own, "")
	if err != nil {
		return nil, "the system prompt was not recorded: " + err.Error()
	}
	return &PromptChange{Version: n, Hash: p.Hash, Before: before.Version}, ""
}

// PromptDelta is what changed between two system prompts. The JSON form is stable.
type PromptDelta struct {
	From    int    `json:"from"` // version; 0 when there is none to compare with
	To      int    `json:"to"`
	Hash    string `json:"hash"`
	TakenAt string `json:"taken_at,omitempty"`
	TakenBy string `json:"taken_by,omitempty"`
	Diff    string `json:"diff"` // "" when nothing changed
}

// PromptDiff tells what changed in the system prompt since version from; 0 is the one that a client took last, or when none
// was ever taken, the one before the newest.
func (l *Library) PromptDiff(ctx context.Context, from int) (*PromptDelta, error) {
	s, err := l.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer s.done()
	_, now, own, err := l.wholePrompt(ctx, s)
	if err != nil {
		return nil, err
	}
	if now.Version, err = l.notePrompt(ctx, s.cat, now, own, ""); err != nil {
		return nil, err
	}
	out := &PromptDelta{To: now.Version, Hash: now.Hash}
	var old catalog.Prompt
	var ok bool
	switch {
	case from > 0:
		if old, ok, err = s.cat.PromptVersion(ctx, from); err == nil && !ok {
			err = fmt.Errorf("%w: no version %d of the system prompt; there are 1 to %d", ErrNotFound, from, now.Version)
		}
	default:
		if old, ok, err = s.cat.TakenPrompt(ctx); err == nil && !ok {
			old, ok, err = s.cat.PromptVersion(ctx, now.Version-1)
		}
	}
	if err != nil || !ok {
		return out, err
	}
	var r recorded
	if err := json.Unmarshal(old.Prompt, &r); err != nil {
		return nil, fmt.Errorf("version %d of the system prompt cannot be read: %w", old.Version, err)
	}
	out.From, out.TakenBy = old.Version, old.Taker
	if !old.Taken.IsZero() {
		out.TakenAt = old.Taken.Local().Format("2006-01-02 15:04")
	}
	out.Diff = prompts.Diff(prompts.Prompt{Version: old.Version, Hash: old.Hash, Sections: r.Sections}, now)
	return out, nil
}

// PromptVersion is a recorded system prompt.
type PromptVersion struct {
	Version  int    `json:"version"`
	At       string `json:"at"`
	Cascade  int    `json:"cascade"`
	Hash     string `json:"hash"`
	Template string `json:"template,omitempty"` // hash of the person's template
	TakenAt  string `json:"taken_at,omitempty"`
	TakenBy  string `json:"taken_by,omitempty"`
}

// PromptVersions lists the recorded system prompts, newest first.
func (l *Library) PromptVersions(ctx context.Context) ([]PromptVersion, error) {
	s, err := l.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer s.done()
	list, err := s.cat.Prompts(ctx)
	if err != nil {
		return nil, err
	}
	out := []PromptVersion{}
	for _, p := range list {
		v := PromptVersion{Version: p.Version, At: p.At.Local().Format("2006-01-02 15:04"), Cascade: p.Cascade, Hash: p.Hash, Template: p.Template[:min(12, len(p.Template))], TakenBy: p.Taker}
		if !p.Taken.IsZero() {
			v.TakenAt = p.Taken.Local().Format("2006-01-02 15:04")
		}
		out = append(out, v)
	}
	return out, nil
}

// PromptTemplate is the text of a template that a person had, by the first letters of its hash; "" is the built-in one.
func (l *Library) PromptTemplate(ctx context.Context, hash string) (string, error) {
	if hash == "" {
		return prompts.DefaultTemplate(), nil
	}
	s, err := l.reader(ctx)
	if err != nil {
		return "", err
	}
	defer s.done()
	list, err := s.cat.Prompts(ctx)
	if err != nil {
		return "", err
	}
	for _, p := range list {
		if p.Template != "" && strings.HasPrefix(p.Template, hash) {
			return s.cat.Template(ctx, p.Template)
		}
	}
	return "", fmt.Errorf("%w: no template %q; substrate prompt history lists them", ErrNotFound, hash)
}

// Brief writes the pack that a session starts with.
func (l *Library) Brief(ctx context.Context, o PromptOptions) (*prompts.Prompt, error) {
	s, err := l.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer s.done()
	f, err := l.sessionFacts(ctx, s, o.Since)
	if err != nil {
		return nil, err
	}
	p, err := prompts.Brief(f, o.options())
	if err != nil {
		return nil, err
	}
	return &p, nil
}

func (l *Library) sessionFacts(ctx context.Context, s *snapshot, since string) (prompts.Facts, error) {
	st, err := l.drift(ctx, s)
	if err != nil {
		return prompts.Facts{}, err
	}
	f, err := l.promptFacts(ctx, s.cat, st)
	if err != nil {
		return f, err
	}
	f.Generated = l.Now()
	if last, ok, err := s.cat.LatestPrompt(ctx); err == nil && ok {
		f.Version = last.Version
	}
	list, err := findings(ctx, s.cat, 0, capture.Pending)
	if err != nil {
		return f, err
	}
	for _, w := range list {
		if !w.Placed() {
			f.Waiting = append(f.Waiting, fmt.Sprintf("F-%d %s", w.ID, w.Title(110)))
		}
	}
	return f, l.briefFacts(ctx, s.cat, &f, since)
}

// Offers are the prompts that clients show in a menu.
func Offers() []prompts.Offer { return prompts.Menu() }

// Offered writes one of them.
func (l *Library) Offered(ctx context.Context, name string, args map[string]string) ([]prompts.Message, error) {
	s, err := l.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer s.done()
	f, err := l.sessionFacts(ctx, s, "")
	if err != nil {
		return nil, err
	}
	return prompts.Get(name, args, f)
}
