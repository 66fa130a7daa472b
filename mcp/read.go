package mcp

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"substrate/corpus"
	"substrate/library"
)

// ReadIn are the arguments of read.
type ReadIn struct {
	Ref    string `json:"ref" about:"elroy-user-guide#10.3, elroy-user-guide@2.0#10.3, or a document alone for its outline"`
	To     string `json:"to,omitempty" about:"last section of a range that begins at ref: 10.5"`
	Full   bool   `json:"full,omitempty" about:"the text of the whole document instead of its outline"`
	Budget int    `json:"budget,omitempty"`
	Cursor string `json:"cursor,omitempty"`
}

// ReadOut is an outline, or sections with their text.
type ReadOut struct {
	Requested string `json:"requested"`
	Ref       string `json:"ref"`
	Title     string `json:"title"`
	Version   string `json:"version"`
	Standing  string `json:"standing"`
	Because   string `json:"because"`
	Epoch     string `json:"epoch,omitempty"`
	Date      string `json:"date,omitempty"`
	Current   string `json:"current,omitempty"`
	Pages     []int  `json:"pages,omitempty"`
	Sections  []Part `json:"sections"`
	LeftOut   string `json:"left_out,omitempty"`
	Cursor    string `json:"cursor,omitempty"`
	outline   bool
}

// Part is one section of what was read; in an outline it has no text.
type Part struct {
	Ref       string       `json:"ref"`
	Heading   string       `json:"heading"`
	Pages     []int        `json:"pages,omitempty"`
	Text      string       `json:"text,omitempty"`
	Warning   string       `json:"warning,omitempty"`
	Drift     []Correction `json:"drift,omitempty"`
	Continued bool         `json:"continued,omitempty"`
	level     int
}

var readTool = define("read", "Read a section",
	"Read a section, a range of sections or a document's outline by ref, whole and with pages. A ref without @version means "+
		"the version in force; long texts come in parts with a cursor.",
	lookup, read)

func read(ctx context.Context, l *library.Library, in ReadIn) (*ReadOut, error) {
	budget, err := budgetOf(in.Budget)
	if err != nil {
		return nil, err
	}
	at, err := resume(in.Cursor, "read", in.Ref, in.To, strconv.FormatBool(in.Full))
	if err != nil {
		return nil, err
	}
	s, err := shown(ctx, l, in)
	if err != nil {
		return nil, err
	}
	// An issued version never changes, so its cursor holds as long as the ref means the same version.
	stamp := int(digest(s.Ref) >> 1)
	if at.Rev >= 0 && at.Rev != stamp {
		return nil, mendf("%s means another version since this cursor was given out: now %s; repeat the call without cursor", in.Ref, s.Ref)
	}
	at.Rev = stamp
	out := &ReadOut{
		Requested: in.Ref, Ref: s.Ref, Title: s.Title, Version: s.Version, Standing: string(s.Standing), Because: s.Because, Epoch: s.Epoch,
		Date: s.Date, Current: s.Current, Sections: []Part{}, outline: s.Outline,
	}
	var span corpus.Pages
	for _, sec := range s.Sections {
		span = span.Union(sec.Pages)
	}
	out.Pages = pageList(span)
	if s.Outline {
		return out.packOutline(s, budget, at), nil
	}
	return out.packText(s, budget, at), nil
}

// shown reads what the arguments name; a range is read from the whole version.
func shown(ctx context.Context, l *library.Library, in ReadIn) (*library.Shown, error) {
	ref, to, err := splitRange(in)
	if err != nil || to == "" {
		if err != nil {
			return nil, err
		}
		return l.Show(ctx, ref, in.Full)
	}
	first, err := l.Show(ctx, ref, false)
	if err != nil {
		return nil, err
	}
	if first.Outline {
		return nil, mendf("to needs a section in ref: %s#FIRST", ref)
	}
	whole, err := corpus.ParseRef(first.Ref)
	if err != nil {
		return nil, err
	}
	from := whole.Anchor
	whole.Anchor = to
	last, err := l.Show(ctx, whole.String(), false)
	if err != nil {
		return nil, err
	}
	whole.Anchor = ""
	all, err := l.Show(ctx, whole.String(), true)
	if err != nil {
		return nil, err
	}
	a, b := place(all.Sections, from), place(all.Sections, last.Sections[len(last.Sections)-1].Anchor)
	if b < a {
		return nil, mendf("section %s stands before %s; swap them", to, from)
	}
	first.Sections = all.Sections[a : b+1]
	return first, nil
}

// splitRange also understands a range that was written into the ref: guide#10.3..10.5.
func splitRange(in ReadIn) (ref, to string, err error) {
	ref, to = strings.TrimSpace(in.Ref), in.To
	if strings.Contains(ref, "\n") {
		return "", "", mendf("ref holds more than one line; send one reference, such as elroy-user-guide#10.3")
	}
	if hash := strings.IndexByte(ref, '#'); hash >= 0 && to == "" {
		if head, tail, ok := strings.Cut(ref[hash:], ".."); ok && head != "#" && tail != "" {
			ref, to = ref[:hash]+head, strings.Trim(tail, "#]. ")
		}
	}
	return ref, corpus.MakeAnchor(to), nil
}

func place(list []corpus.Section, anchor string) int {
	for i, s := range list {
		if s.Anchor == anchor {
			return i
		}
	}
	return -1
}

func pageList(p corpus.Pages) []int {
	if p.First == 0 {
		return nil
	}
	return []int{p.First, p.Last}
}

// part is a section of a version without its text.
func part(s *library.Shown, sec corpus.Section) Part {
	ref, _ := corpus.ParseRef(s.Ref)
	ref.Anchor = sec.Anchor
	p := Part{Ref: ref.String(), Heading: sec.Heading(), Pages: pageList(sec.Pages), level: sec.Level}
	for _, d := range s.Drift {
		if d.Section == sec.Anchor {
			p.Drift = append(p.Drift, Correction(d.Drift))
		}
	}
	return p
}

func (o *ReadOut) packOutline(s *library.Shown, budget int, at cursor) *ReadOut {
	rest := s.Sections[min(at.At, len(s.Sections)):]
	_, out := fit(len(rest), budget, func(n int) *ReadOut {
		c := *o
		c.Sections = []Part{}
		for _, sec := range rest[:n] {
			c.Sections = append(c.Sections, part(s, sec))
		}
		if n < len(rest) {
			next := at
			next.At = at.At + n
			c.Cursor, c.LeftOut = next.String(), fmt.Sprintf("%d of %d headings follow: call again with cursor", len(rest)-n, len(s.Sections))
		}
		return &c
	})
	return out
}

// Text tells a model what it reads.
func (o *ReadOut) Text() string {
	var sb strings.Builder
	fmt.Fprintf(&sb, "[%s] %s\nbecause: %s\n", o.Ref, dotted(o.Standing, o.Epoch, o.Title+" "+o.Version, o.Date, pagesText(o.Pages)), o.Because)
	if o.Current != "" {
		fmt.Fprintf(&sb, "not the version in force; that is %s\n", o.Current)
	}
	if o.outline {
		sb.WriteString("Outline; read a section by its ref:\n")
		for _, p := range o.Sections {
			r, _ := corpus.ParseRef(p.Ref)
			fmt.Fprintf(&sb, "%s#%s %s\n", strings.Repeat("  ", max(p.level-1, 0)), r.Anchor, dotted(p.Heading, pagesText(p.Pages)))
			sb.WriteString(correctionLines(p.Drift))
		}
	} else {
		sb.WriteString(quoteNote + "\n")
		for _, p := range o.Sections {
			more := ""
			if p.Continued {
				more = "continued"
			}
			fmt.Fprintf(&sb, "\n%s\n", dotted(strings.TrimSpace(strings.Repeat("#", max(p.level, 1))+" "+p.Heading), pagesText(p.Pages), more))
			sb.WriteString(correctionLines(p.Drift))
			if p.Warning != "" {
				sb.WriteString(p.Warning + "\n")
			}
			if p.Text != "" {
				sb.WriteString(quote(p.Ref, p.Text) + "\n")
			}
		}
	}
	if o.LeftOut != "" {
		fmt.Fprintf(&sb, "\nleft out: %s\n", o.LeftOut)
	}
	if o.Cursor != "" {
		fmt.Fprintf(&sb, "cursor: %s\n", o.Cursor)
	}
	return strings.TrimRight(sb.String(), "\n")
}

// Links are what was read and, when that is not in force, what is.
func (o *ReadOut) Links() []Link {
	if o.Current != "" {
		return linksOf(o.Ref, o.Current)
	}
	return linksOf(o.Ref)
}
