package surgery

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"substrate/corpus"
	"substrate/corpus/markdown"
)

// fragment is the text of an edit, read by itself.
type fragment struct {
	text string
	lay  *markdown.Layout
}

func readFragment(text string) (fragment, error) {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	kept := strings.Split(text, "\n")
	for len(kept) > 0 && strings.TrimSpace(kept[0]) == "" {
		kept = kept[1:]
	}
	for len(kept) > 0 && strings.TrimSpace(kept[len(kept)-1]) == "" {
		kept = kept[:len(kept)-1]
	}
	f := fragment{text: strings.Join(kept, "\n")}
	if f.text == "" {
		return f, nil
	}
	// A first line of dashes would be front matter here, and is a rule where the text will stand.
	lay, err := markdown.Locate([]byte("\n" + f.text + "\n"))
	if err != nil {
		return f, fmt.Errorf("%w: %w", ErrEdit, err)
	}
	f.lay = lay
	return f, nil
}

// append puts blocks at the end of a section's own text.
func (w *work) append(i int, e Edit) error {
	f, err := readFragment(e.Text)
	if err != nil {
		return err
	}
	if f.lay == nil || len(f.lay.Reading.Sections) == 0 {
		return fmt.Errorf("%w: it has no text", ErrEdit)
	}
	for _, p := range f.lay.Places {
		if p.Level > 0 {
			return fmt.Errorf("%w: the text has a heading; use new-child or insert-after for a section", ErrEdit)
		}
	}
	add := f.lay.Reading.Sections[0].Blocks
	own := w.lay.Reading.Sections[i].Blocks
	if w.has(i, f, add) {
		return fmt.Errorf("%w: the section holds this text", ErrDone)
	}
	p := w.lay.Places[i]
	want := expect{section: i, text: true, blocks: appended}
	done := false
	if s, ok := w.moreItems(p, own, f, add); ok {
		done = w.commit(s, want, Done{}) == nil
	}
	if !done {
		if err := w.commit(w.insertion(p.Content, 1, f.text), want, Done{}); err != nil {
			return err
		}
	}
	if !w.has(i, f, add) {
		return fmt.Errorf("%w: the text would be read as something else there", ErrUnsafe)
	}
	return nil
}

// has reports whether a section holds the text of an edit: as it is read, or as it is written.
func (w *work) has(i int, f fragment, add []corpus.Block) bool {
	if holds(w.lay.Reading.Sections[i].Blocks, add) {
		return true
	}
	p := w.lay.Places[i].Own
	return strings.Contains("\n"+lines(string(w.src[p.Start:p.End]), "\n")+"\n", "\n"+f.text+"\n")
}

// appended allows new blocks at the end, and new items in a list that was the last block.
func appended(old, now []corpus.Block) error {
	n := len(old)
	bad := fmt.Errorf("%w: the text would run into what stands before it; begin it with another kind of paragraph", ErrUnsafe)
	if len(now) < n {
		return bad
	}
	if sameBlocks(old, now[:n]) && len(now) > n {
		return nil
	}
	if n == 0 || !sameBlocks(old[:n-1], now[:n-1]) || old[n-1].Kind != corpus.List || now[n-1].Kind != corpus.List {
		return bad
	}
	a, b := old[n-1].Items, now[n-1].Items
	if len(b) <= len(a) || strings.Join(a, "\n") != strings.Join(b[:len(a)], "\n") {
		return bad
	}
	return nil
}

// holds reports whether blocks stand in a row among others already.
func holds(own, add []corpus.Block) bool {
	if len(add) == 1 && add[0].Kind == corpus.List {
		want := "\n" + strings.Join(bare(add[0].Items), "\n") + "\n"
		for _, b := range own {
			if b.Kind == corpus.List && strings.Contains("\n"+strings.Join(bare(b.Items), "\n")+"\n", want) {
				return true
			}
		}
		return false
	}
	for i := 0; i+len(add) <= len(own); i++ {
		same := true
		for k := range add {
			x, y := own[i+k], add[k]
			same = same && x.Kind == y.Kind && strings.Join(bare(strings.Split(x.Plain(), "\n")), "\n") == strings.Join(bare(strings.Split(y.Plain(), "\n")), "\n")
		}
		if same {
			return true
		}
	}
	return false
}

var marker = regexp.MustCompile(`^\s*(?:•|\d+[.)])\s+`)

// bare takes the markers off items.
func bare(items []string) []string {
	out := make([]string, len(items))
	for i, it := range items {
		out[i] = marker.ReplaceAllString(it, "")
	}
	return out
}

var itemLine = regexp.MustCompile(`^(\s*)([-*+]|(\d{1,9})([.)]))(\s+)(\S.*)$`)

// moreItems goes on with the list that the section ends with, in its own marks and with its blank lines.
func (w *work) moreItems(p markdown.Place, own []corpus.Block, f fragment, add []corpus.Block) (splice, bool) {
	if len(own) == 0 || own[len(own)-1].Kind != corpus.List || len(add) != 1 || add[0].Kind != corpus.List || p.Blocks[len(p.Blocks)-1].End != p.Content {
		return splice{}, false
	}
	list := w.src[p.Blocks[len(p.Blocks)-1].Start:p.Content]
	var last []string // the last item of the list's first level
	loose := false
	blank := false
	var indent string
	for k, l := range strings.Split(strings.ReplaceAll(string(list), "\r\n", "\n"), "\n") {
		m := itemLine.FindStringSubmatch(l)
		if m != nil && (k == 0 || m[1] == indent) {
			loose = loose || k > 0 && blank
			indent, last = m[1], m
		}
		blank = strings.TrimSpace(l) == ""
	}
	if last == nil {
		return splice{}, false
	}
	var out []string
	n := 0
	fmt.Sscan(last[3], &n)
	for _, l := range strings.Split(f.text, "\n") {
		m := itemLine.FindStringSubmatch(l)
		if m == nil || m[1] != "" || (m[3] == "") != (last[3] == "") {
			return splice{}, false // items with more below them keep their own form
		}
		mark := last[2]
		if last[3] != "" {
			n++
			mark = fmt.Sprintf("%d%s", n, last[4])
		}
		out = append(out, indent+mark+last[5]+m[6])
	}
	between, above := "\n", 0
	if loose {
		between, above = "\n\n", 1
	}
	return w.insertion(p.Content, above, strings.Join(out, between)), true
}

// newSection puts a section behind another one, or below it.
func (w *work) newSection(i int, e Edit) error {
	title := strings.Join(strings.Fields(e.Heading), " ")
	if title == "" {
		return fmt.Errorf("%w: the new section has no heading", ErrEdit)
	}
	f, err := readFragment(e.Text)
	if err != nil {
		return err
	}
	anchor := w.lay.Reading.Sections[i].Anchor
	model, level, number := i, w.lay.Places[i].Level, ""
	if level == 0 {
		return fmt.Errorf("%w: text before the first heading has no place in the order of sections; name a section", ErrEdit)
	}
	end := subtree(w.lay, i)
	if e.Kind == InsertAfter {
		if after, ok := w.last[anchor]; ok {
			if i, err = find(w.lay, "#"+after); err != nil {
				return err
			}
			model, end = i, subtree(w.lay, i)
		}
		if e.Number == "" {
			if number, err = numberAfter(w.lay, i, end); err != nil {
				return err
			}
		}
		if err := noTwin(w.lay, i, title, level); err != nil {
			return err
		}
	} else {
		if model, level, number, err = w.child(i, end, title); err != nil {
			return err
		}
	}
	if e.Number != "" {
		number = strings.TrimSpace(e.Number)
		if taken(w.lay, number) {
			return fmt.Errorf("%w: the number %q is taken; leave it empty for the next free one", ErrEdit, number)
		}
	}
	if level > 6 {
		return fmt.Errorf("%w: Markdown has six levels of headings, and this would be the seventh; put the text under %q", ErrEdit, w.lay.Reading.Sections[i].Heading())
	}
	added := 1
	if f.lay != nil {
		for _, p := range f.lay.Places {
			if p.Level > 0 && p.Level <= level {
				return fmt.Errorf("%w: the text has a heading of level %d inside a section of level %d; write it with more hashes", ErrEdit, p.Level, level)
			}
			if p.Level > 0 {
				added++
			}
		}
	}
	text, above := w.heading(model, level, number, title), w.blanksAbove(model)
	if f.text != "" {
		text += strings.Repeat("\n", 1+w.blanksBelow(model)) + f.text
	}
	at := w.lay.Places[end-1].Content
	want := expect{section: -1, at: end, added: added, number: strings.ReplaceAll(number, "§ ", "§"), title: plain(title)}
	if err := w.commit(w.insertion(at, above, text), want, Done{}); err != nil {
		return err
	}
	if e.Kind == InsertAfter {
		w.last[anchor] = w.lay.Reading.Sections[end].Anchor
	}
	return nil
}

// child finds what the sections below section i look like: one to imitate, their level and the next number.
func (w *work) child(i, end int, title string) (model, level int, number string, err error) {
	model, level = i, w.lay.Places[i].Level+1
	if i+1 < end {
		level = w.lay.Places[i+1].Level
		for j := i + 1; j < end; j++ {
			level = min(level, w.lay.Places[j].Level)
		}
		last := ""
		for j := i + 1; j < end; j++ {
			if w.lay.Places[j].Level == level {
				model = j
				if n := w.lay.Reading.Sections[j].Number; n != "" {
					last = n
				}
			}
		}
		if err := noTwin(w.lay, model, title, level); err != nil {
			return 0, 0, "", err
		}
		if last != "" {
			if number = free(w.lay, following(last)); number == "" {
				return 0, 0, "", fmt.Errorf("%w: nothing is known to follow the number %q; give a number", ErrEdit, last)
			}
		}
		return model, level, number, nil
	}
	for j, p := range w.lay.Places {
		if p.Level == level && !p.Nested {
			model = j // any heading of this level shows how it is written
			break
		}
	}
	return model, level, numberBelow(w.lay, i), nil
}

// noTwin is an error when a sibling of section i has the title already.
func noTwin(l *markdown.Layout, i int, title string, level int) error {
	first, last := i, i
	for first > 0 && l.Places[first-1].Level >= level {
		first--
	}
	for last+1 < len(l.Places) && l.Places[last+1].Level >= level {
		last++
	}
	for j := first; j <= last; j++ {
		s := l.Reading.Sections[j]
		if l.Places[j].Level == level && strings.EqualFold(plain(title), s.Title) {
			return fmt.Errorf("%w: #%s has the heading %q; append to it, or give another heading", ErrDone, s.Anchor, s.Title)
		}
	}
	return nil
}

// heading writes a heading as the model is written: with hashes or underlined, with its sign between number and title.
func (w *work) heading(model, level int, number, title string) string {
	p, s := w.lay.Places[model], w.lay.Reading.Sections[model]
	raw := string(w.src[p.Title.Start:p.Title.End])
	pre, sep, post := "", " ", ""
	if k := strings.Index(raw, s.Title); k >= 0 && s.Title != "" && !strings.Contains(raw, "\n") {
		if n := strings.Index(raw[:k], s.Number); s.Number != "" && n >= 0 {
			pre, sep, post = raw[:n], raw[n+len(s.Number):k], raw[k+len(s.Title):]
		} else if s.Number == "" && number == "" {
			pre, post = raw[:k], raw[k+len(s.Title):]
		}
	}
	text := pre + title + post
	if number != "" {
		text = pre + number + sep + title + post
	}
	if p.Underlined && level <= 2 {
		line := map[int]string{1: "=", 2: "-"}[level]
		return text + "\n" + strings.Repeat(line, max(3, utf8.RuneCountInString(text)))
	}
	head := strings.TrimRight(string(w.src[p.Head.Start:p.Head.End]), "\r\n")
	closing := ""
	if !p.Underlined && strings.HasSuffix(strings.TrimRight(head, " \t"), "#") && !strings.HasSuffix(raw, "#") {
		closing = " " + strings.Repeat("#", level)
	}
	return strings.Repeat("#", level) + " " + text + closing
}

// blanksAbove counts the blank lines above the model's heading: one where it is the first.
func (w *work) blanksAbove(model int) int {
	n := 0
	at := w.lay.Places[model].Head.Start
	for at > 0 {
		k := bytes.LastIndexByte(w.src[:at-1], '\n') + 1
		if len(bytes.TrimSpace(w.src[k:at])) > 0 {
			break
		}
		n++
		at = k
	}
	return min(max(n, 1), 3)
}

// blanksBelow is 0 or 1: whether the model has a blank line between its heading and its text.
func (w *work) blanksBelow(model int) int {
	p := w.lay.Places[model]
	if p.Content > p.Own.Start && !blankLine(w.src[p.Own.Start:]) {
		return 0
	}
	return 1
}

// plain is a line of Markdown as it is read.
func plain(s string) string {
	r, err := markdown.Read([]byte("x " + strings.TrimSpace(s)))
	if err != nil || len(r.Sections) != 1 || len(r.Sections[0].Blocks) != 1 || r.Sections[0].Blocks[0].Kind != corpus.Paragraph {
		return strings.Join(strings.Fields(s), " ")
	}
	return strings.TrimPrefix(strings.TrimPrefix(r.Sections[0].Blocks[0].Text, "x"), " ")
}
