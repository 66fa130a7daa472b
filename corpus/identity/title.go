package identity

import (
	"path/filepath"
	"regexp"
	"strings"
	"unicode"

	"substrate/corpus"
)

var (
	noTitle    = regexp.MustCompile(`(?i)^(?:untitled.*|document\s*\d*|microsoft (?:word|powerpoint|excel) - .*|about:blank|print|index|.*\.(?:docx?|odt|tex|html?|md|indd|pages|xlsx?|pdf)|\W*)$`)
	byline     = regexp.MustCompile(`(?i)^\s*(?:by|author|editors?|prepared (?:by|for)|written by)\b`)
	volume     = regexp.MustCompile(`(?i)^(?:volume|vol\.|part|book|band|teil|module)\s+(?:\d+|[ivx]+|[a-z])\b`)
	nameLabel  = regexp.MustCompile(`(?i)(?:^|[\s._~+()\[\]-])((?:version|ver|v|revision|rev|issue|edition|release|r)[\s._-]?\d+(?:[._]\d+)*(?:[a-z])?(?:[\s._-]?(?:rc|beta|alpha|draft)[\s._-]?\d*)?|(?:rev|revision|issue|edition)[\s._-]?[a-z])(?:$|[\s._~+()\[\]-])`)
	nameNumber = regexp.MustCompile(`(?i)(?:^|[\s_~+()\[\]-])(\d+(?:[._]\d+)+(?:[\s._-]?(?:rc|beta|alpha|draft)[\s._-]?\d*)?|20\d\d[-_.](?:0[1-9]|1[0-2])(?:[-_.]\d{1,2})?)(?:$|[\s_~+()\[\]-]|\.[^\d])`)
	hyphened   = regexp.MustCompile(`(?i)(?:^|[\s._~-])(v\d{1,3}(?:-\d{1,3})+)(?:$|[\s._~-])`)
	copyMark   = regexp.MustCompile(`(?i)[\s._-]*(?:\(\d+\)|copy|kopie|final|approved|signed|print|latest|neu|new)$`)
)

// titles gathers what may be the document's name.
func (g *gathering) titles() {
	g.coverTitle()
	if g.r.Format == "pdf" {
		if t := g.r.Meta["title"]; !noTitle.MatchString(t) {
			g.add("title", tidyTitle(t), "metadata", t, weightMetadata)
		}
	} else if len(g.r.Sections) > 0 && len(g.r.Front) > 0 {
		s := g.r.Sections[0]
		if s.Level == 1 && s.Number == "" && s.Title != "" && squash(g.r.Front[0].Text) == squash(s.Title) {
			g.add("title", tidyTitle(s.Title), "cover", s.Title, weightCover)
		}
	}
	if t := tidyTitle(prettyName(g.file)); t != "" {
		g.add("title", t, "file name", filepath.Base(g.file), weightBareName)
	}
}

// coverTitle takes the largest print of the title block, with a volume's or a file's name below it.
func (g *gathering) coverTitle() {
	best, where := 0.0, -1
	for i, l := range g.zone {
		t := strings.TrimSpace(l.Text)
		if l.Page > 1 && where >= 0 || len(t) < 3 || !strings.ContainsFunc(t, unicode.IsLetter) || g.isRunning(t) && len(g.zone) > 3 && l.Size < best+1 {
			continue
		}
		if l.Size > best+0.3 && !keyValue.MatchString(t) && !bareVersion.MatchString(t) && dateIn(t).IsZero() {
			best, where = l.Size, i
		}
	}
	if where < 0 {
		return
	}
	title := g.zone[where].Text
	next := where + 1
	for ; next < len(g.zone) && next < where+4; next++ {
		l := g.zone[next]
		if l.Page != g.zone[where].Page || l.Size < best-0.3 || byline.MatchString(l.Text) || keyedVersion.MatchString(strings.TrimSpace(l.Text)) || bareVersion.MatchString(strings.TrimSpace(l.Text)) || keyValue.MatchString(l.Text) {
			break
		}
		title += " " + l.Text
	}
	if next < len(g.zone) {
		sub := strings.TrimSpace(g.zone[next].Text)
		for _, l := range g.zone[next+1:] {
			if l.Page != g.zone[next].Page || l.Size != g.zone[next].Size || l.Bold != g.zone[next].Bold || len(sub) > 60 || keyedVersion.MatchString(strings.TrimSpace(l.Text)) {
				break
			}
			sub += " " + strings.TrimSpace(l.Text)
		}
		if !keyedVersion.MatchString(sub) && !keyValue.MatchString(sub) && (volume.MatchString(sub) || g.namedInFile(sub, title)) {
			title += " " + sub
		}
	}
	weight := weightCover
	if body := g.bodySize(); best < body+1 {
		weight = weightMetadata - 1 // nothing stands out: the first line is a weak title
	}
	if n := len(strings.Fields(title)); n > 24 || weight < weightMetadata && (n > 10 || strings.ContainsAny(title[len(title)-1:], ".,;:!?")) {
		return // running text, not a title
	}
	g.add("title", tidyTitle(title), "cover", title, weight)
}

func (g *gathering) isRunning(t string) bool {
	for _, r := range g.r.Running {
		if squash(r) == squash(t) {
			return true
		}
	}
	return false
}

func (g *gathering) bodySize() float64 {
	count := map[float64]int{}
	best, n := 10.0, 0
	for _, l := range g.r.Front {
		if count[l.Size] += len(l.Text); count[l.Size] > n {
			best, n = l.Size, count[l.Size]
		}
	}
	return best
}

// namedInFile reports whether the file is named after the subtitle rather than the title: a series' name is set
// larger than the name of the document.
func (g *gathering) namedInFile(sub, title string) bool {
	if g.r.Format != "pdf" || len(strings.Fields(sub)) > 8 || strings.HasSuffix(sub, ".") {
		return false
	}
	in := map[string]bool{}
	for _, w := range strings.Split(string(corpus.MakeSlug(title)), "-") {
		in[w] = true
	}
	name := "-" + string(corpus.MakeSlug(prettyName(g.file))) + "-"
	for _, w := range strings.Split(string(corpus.MakeSlug(sub)), "-") {
		if len(w) > 4 && !in[w] && strings.Contains(name, "-"+w+"-") {
			return true
		}
	}
	return false
}

// tidyTitle takes version, epoch and date off a title.
func tidyTitle(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	for {
		t := strings.TrimSpace(s)
		if m := endingVersion.FindStringIndex(t); m != nil && m[0] > 0 && !strings.HasPrefix(strings.ToLower(strings.TrimLeft(t[m[0]:], " ,(–—:-")), "version ") {
			t = t[:m[0]]
		} else if m := endingEpoch.FindStringIndex(t); m != nil && m[0] > 0 {
			t = t[:m[0]]
		} else if m := trailingVersion.FindStringSubmatchIndex(t); m != nil && m[0] > 3 && strings.Contains(t[m[4]:m[5]], ".") {
			t = t[:m[0]]
		}
		t = strings.TrimRight(t, " ,;:–—-|·(")
		if t == s {
			return t
		}
		s = t
	}
}

// prettyName makes a title of a file name.
func prettyName(file string) string {
	s := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	for {
		t := copyMark.ReplaceAllString(s, "")
		if t == s || t == "" {
			break
		}
		s = t
	}
	for range 4 {
		if m := nameLabel.FindStringSubmatchIndex(s); m != nil {
			s = s[:m[2]] + " " + s[m[3]:]
		} else if m := nameNumber.FindStringSubmatchIndex(s); m != nil {
			s = s[:m[2]] + " " + s[m[3]:]
		}
	}
	words := strings.FieldsFunc(s, func(r rune) bool {
		return r == '_' || r == '-' || r == ' ' || r == '.' || r == '~' || r == '(' || r == ')'
	})
	return strings.Join(words, " ")
}

// fileName reads a version from the name of the file: with a marker it counts, a bare number hardly does.
func (g *gathering) fileName() {
	base := filepath.Base(g.file)
	s := strings.TrimSuffix(base, filepath.Ext(base))
	all := nameLabel.FindAllStringSubmatch(strings.ReplaceAll(s, "__", "__ "), -1)
	var labels []corpus.Label
	for _, m := range all {
		l := corpus.ParseLabel(strings.ReplaceAll(m[1], "_", "."))
		if strings.HasPrefix(strings.ToLower(m[1]), "rev") || strings.HasPrefix(strings.ToLower(m[1]), "issue") || strings.HasPrefix(strings.ToLower(m[1]), "edition") {
			l = corpus.ParseLabel(strings.NewReplacer("_", " ", "-", " ").Replace(m[1]))
		}
		if plausible(l) {
			labels = append(labels, l)
		}
	}
	if len(labels) > 0 {
		l := labels[len(labels)-1]
		// "v1-1" is V1.1 or V1 and something else; the other evidence says which.
		if m := hyphened.FindStringSubmatch(s); m != nil {
			alt := corpus.ParseLabel(strings.ReplaceAll(m[1], "-", "."))
			for _, e := range g.ev {
				if e.Field == "version" && sameLabel(corpus.ParseLabel(e.Value), alt) {
					l = alt
				}
			}
		}
		g.add("version", l.String(), "file name", base, weightFileName)
		return
	}
	if m := nameNumber.FindStringSubmatch(s); m != nil {
		if l := corpus.ParseLabel(strings.ReplaceAll(m[1], "_", ".")); plausible(l) {
			g.add("version", l.String(), "file name", base, weightBareName)
		}
	}
}
