package prompts

import (
	"errors"
	"fmt"
	"slices"
	"sort"
	"strings"

	"substrate/corpus"
)

// Offer is a prompt that a person picks from a client's menu.
type Offer struct {
	Name, Title, Description string
	Arguments                []Argument
}

// Argument is one thing that an offer asks for.
type Argument struct {
	Name, Description string
	Required          bool
	// Completes is what a client may complete it with: "document", "section", or "" for free text.
	Completes string
}

// Message is one message of a conversation. Role is "user": the person who picked the prompt speaks.
type Message struct {
	Role string `json:"role"`
	Text string `json:"text"`
}

// ErrArgument is wrapped by errors about a prompt's arguments, ErrNoPrompt by those about its name.
var (
	ErrNoPrompt = errors.New("no such prompt")
	ErrArgument = errors.New("argument")
)

// mostArgument is the longest argument, in bytes: it comes back in the message.
const mostArgument = 8000

var documentArgument = Argument{Name: "document", Description: "The document, as its name or a reference such as user-guide or user-guide#4.2.", Completes: "document"}

func required(a Argument) Argument { a.Required = true; return a }

func offers() []Offer {
	return []Offer{
		{Name: "start-session", Title: "Start a session", Description: "Begin with the brief of this library: rules, current versions, what changed, open drift, what matters next."},
		{Name: "end-session", Title: "End a session", Description: "Collect what this session found, and hand each finding in for a person to approve."},
		{Name: "revise-document", Title: "Revise a document", Description: "Prepare the next version of a document: a change-log row and exact edits, section by section.", Arguments: []Argument{
			required(documentArgument), {Name: "why", Description: "What has to change, and how it is known.", Required: true},
		}},
		{Name: "review-drift", Title: "Review the drift log", Description: "Go through open drift entries, reality first, and propose how each is closed.", Arguments: []Argument{
			{Name: documentArgument.Name, Description: documentArgument.Description + " Leave it out for all.", Completes: documentArgument.Completes},
		}},
		{Name: "ask-with-citations", Title: "Ask with citations", Description: "Answer a question from the library alone, every statement with its reference.", Arguments: []Argument{
			{Name: "question", Description: "The question, in your own words.", Required: true},
		}},
	}
}

// Menu lists the prompts, in the order in which they are used. The caller may change what it gets.
func Menu() []Offer { return offers() }

// Get writes a prompt from the menu.
//
// Errors wrap [ErrNoPrompt] or [ErrArgument] and say what to give instead; others are those of [Brief].
func Get(name string, args map[string]string, f Facts) ([]Message, error) {
	o, err := offer(name)
	if err != nil {
		return nil, err
	}
	if err := o.accept(args); err != nil {
		return nil, err
	}
	s, err := ready(f)
	if err != nil {
		return nil, err
	}
	m := menuView{Library: s.library, Question: marked(args["question"]), Why: marked(args["why"])}
	if len(s.epochs) > 0 {
		m.Epoch = s.epochs[0].Name
	}
	switch asked := strings.TrimSpace(args["document"]); {
	case asked != "":
		if err := m.narrow(s, f, asked); err != nil {
			return nil, err
		}
	default:
		m.limit(s)
	}
	if name == "start-session" {
		if m.Brief, err = sessionBrief(f); err != nil {
			return nil, err
		}
	}
	return []Message{{Role: "user", Text: m.say(name)}}, nil
}

func offer(name string) (Offer, error) {
	var names []string
	for _, o := range offers() {
		if o.Name == name {
			return o, nil
		}
		names = append(names, o.Name)
	}
	hint := ""
	if n := nearest(name, names); n != "" {
		hint = "; did you mean " + n + "?"
	}
	return Offer{}, fmt.Errorf("%w: %q; there are %s%s", ErrNoPrompt, clip(name), strings.Join(names, ", "), hint)
}

// accept checks arguments: those it does not know first, since a misspelt one is also a missing one.
func (o Offer) accept(args map[string]string) error {
	var known, given []string
	for _, a := range o.Arguments {
		known = append(known, a.Name)
	}
	for name := range args {
		given = append(given, name)
	}
	sort.Strings(given)
	for _, name := range given {
		if slices.Contains(known, name) {
			continue
		}
		if len(known) == 0 {
			return fmt.Errorf("%w: %s takes none, not %q", ErrArgument, o.Name, clip(name))
		}
		hint := ""
		if n := nearest(name, known); n != "" {
			hint = "; did you mean " + n + "?"
		}
		return fmt.Errorf("%w: %s takes %s, not %q%s", ErrArgument, o.Name, strings.Join(known, ", "), clip(name), hint)
	}
	for _, a := range o.Arguments {
		v := args[a.Name]
		if a.Required && strings.TrimSpace(seen(v)) == "" {
			return fmt.Errorf("%w: %s needs %s: %s", ErrArgument, o.Name, a.Name, a.Description)
		}
		if len(v) > mostArgument {
			return fmt.Errorf("%w: %s is %d bytes long; say it in %d", ErrArgument, a.Name, len(v), mostArgument)
		}
	}
	return nil
}

func clip(s string) string { return clean(s, 60) }

// resolve finds the row of the shelf that a person means, by slug or title.
func resolve(f Facts, asked string) (Document, corpus.Ref, error) {
	r, err := corpus.ParseRef(asked)
	if err != nil {
		return Document{}, r, fmt.Errorf("%w: document: %w", ErrArgument, err)
	}
	var names []string
	var rows []Document
	for _, d := range f.Documents {
		names = append(names, string(d.Slug))
		if d.Slug == r.Document || corpus.MakeSlug(d.Title) == r.Document {
			rows = append(rows, d)
		}
	}
	if len(rows) == 0 {
		sort.Strings(names)
		hint := "; the shelf is empty"
		if n := nearest(string(r.Document), names); n != "" {
			hint = "; did you mean " + n + "?"
		} else if len(names) > 0 {
			hint = "; on the shelf are " + strings.Join(names[:min(5, len(names))], ", ")
			if len(names) > 5 {
				hint += fmt.Sprintf(" and %d more", len(names)-5)
			}
		}
		return Document{}, r, fmt.Errorf("%w: no document %q%s", ErrArgument, clip(asked), hint)
	}
	slices.SortFunc(rows, func(a, b Document) int { return -a.Label.Compare(b.Label) })
	if r.Version == "" {
		return rows[0], r, nil
	}
	for _, d := range rows {
		if d.Ref().Version == r.Version {
			return d, r, nil
		}
	}
	return Document{}, r, fmt.Errorf("%w: %s@%s is not current; leave the version out for %s", ErrArgument, rows[0].Slug, r.Version, rows[0].Ref())
}
