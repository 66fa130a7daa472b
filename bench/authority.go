package bench

import (
	"context"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strconv"
	"strings"

	"substrate/library"
)

// Member is a file of a family, as the truth has it.
type Member struct {
	Family, File string
	Current      bool
	Date         string // YYYY-MM-DD when the file was put where it was found
}

// ReadTruth reads tab-separated lines under a head line: family, file, date, "current" or nothing. Each family has one that is
// current.
func ReadTruth(file string) ([]Member, error) {
	rows, err := table(file, 3)
	if err != nil {
		return nil, err
	}
	var out []Member
	n := map[string]int{}
	for _, c := range rows {
		m := Member{Family: c[0], File: c[1], Date: c[2], Current: len(c) > 3 && c[3] == "current"}
		if n[m.Family] += 0; m.Current {
			n[m.Family]++
		}
		out = append(out, m)
	}
	for f, k := range n {
		if k != 1 {
			return nil, fmt.Errorf("%q: family %q has %d current files, want one", file, f, k)
		}
	}
	return out, nil
}

// Choice is what the rules pick of one family, as file names.
type Choice struct {
	Family   string   `json:"family"`
	Truth    string   `json:"truth"`
	Ours     []string `json:"ours"` // all that are current; one is right
	Newest   string   `json:"newest_file_date"`
	Highest  string   `json:"highest_number"`
	Uploaded string   `json:"last_uploaded"`
	Held     []string `json:"held,omitempty"` // left to a person
	Retired  bool     `json:"wrongfully_retired"`
}

// Right reports whether ours is the truth and nothing else.
func (c Choice) Right() bool { return len(c.Ours) == 1 && c.Ours[0] == c.Truth }

// Choose compares the library's standings with the truth and with three simple rules. Files are uploaded in the order of their
// names, as a copied folder is; of equal dates the later name is newer. The numbers are those in the names of the files.
func Choose(ctx context.Context, l *library.Library, truth []Member) ([]Choice, error) {
	versions, err := l.All(ctx)
	if err != nil {
		return nil, err
	}
	standing := map[string]string{}
	for _, v := range versions {
		standing[filepath.Base(v.File)] = string(v.Standing)
	}
	families := map[string][]Member{}
	for _, m := range truth {
		families[m.Family] = append(families[m.Family], m)
	}
	var out []Choice
	for name, list := range families {
		sort.Slice(list, func(i, j int) bool { return list[i].File < list[j].File })
		c := Choice{Family: name, Ours: []string{}}
		var newest, highest Member
		for i, m := range list {
			s, known := standing[m.File]
			if !known {
				return nil, fmt.Errorf("%q of the truth is not in the library: is it in the folder, and can it be read?", m.File)
			}
			if m.Current {
				c.Truth, c.Retired = m.File, !current(s) && s != "held"
			}
			switch {
			case current(s):
				c.Ours = append(c.Ours, m.File)
			case s == "held":
				c.Held = append(c.Held, m.File)
			}
			if i == 0 || m.Date >= newest.Date {
				newest = m
			}
			if i == 0 || slices.Compare(numbers(m.File), numbers(highest.File)) >= 0 {
				highest = m
			}
			c.Uploaded = m.File
		}
		c.Newest, c.Highest = newest.File, highest.File
		out = append(out, c)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Family < out[j].Family })
	return out, nil
}

var dotted = regexp.MustCompile(`\d+(\.\d+)+`)

// numbers are the parts of the last dotted number in a file's name.
func numbers(file string) []int {
	all := dotted.FindAllString(file, -1)
	if len(all) == 0 {
		return nil
	}
	var out []int
	for _, p := range strings.Split(all[len(all)-1], ".") {
		n, err := strconv.Atoi(p)
		if err != nil {
			return out // more digits than a number has: no version
		}
		out = append(out, n)
	}
	return out
}
