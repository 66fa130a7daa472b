package bench

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
)

// Made is what Generate wrote.
type Made struct {
	Files     []string // in the order of documents, of each its versions, oldest first
	Documents int
	Bytes     int64
	Questions []string // each asks for a value that one current version states
}

var (
	systems = strings.Fields("billing ledger archive gateway scheduler payroll kiln cryostat greenhouse registry invoice telemetry sampling docket pension freight turbine clinic library membership harbour brewery laboratory signalling catering pumping printing storage survey tariff")
	kinds   = []string{"User Guide", "Operations Manual", "Deployment Guide", "Test Procedure", "Service Agreement", "Safety Rules", "Maintenance Plan", "Data Sheet"}
	topics  = strings.Fields("backup retention calibration access alarm pressure temperature rotation inspection escalation capacity timeout invoice lease shift cleaning transport notice insurance audit logging firmware password sampling storage ventilation lubrication signature handover training")
	units   = strings.Fields("days hours minutes bar °C GB kPa litres euros percent")
	people  = []string{"the person on duty", "the shift lead", "the secretary", "the head of the laboratory", "the contractor", "two members of the board"}
	says    = []string{
		"Whoever changes the %s tells %s before the end of the same day, in writing.",
		"The %s was reviewed after last year's incident, and %s agreed to keep it as it stands.",
		"If the %s cannot be met, stop, note the time and call %s; nothing else is to be touched.",
		"A record of the %s is kept for the audit. Access to it has %s and nobody else.",
		"In the first week the %s is checked daily, later once a month by %s.",
	}
)

// Generate writes documents of prose, lists and tables, each in one to three versions that change some values and tell so in a
// change log. About 1,500 words a version. The same seed writes the same bytes.
func Generate(dir string, documents int, seed uint64) (*Made, error) {
	r := rand.New(rand.NewPCG(seed, 2))
	out := &Made{Documents: documents}
	for d := range documents {
		title := fmt.Sprintf("%s %s %s", capital(pick(r, systems)), capital(name(d)), kinds[r.IntN(len(kinds))])
		values := make([]int, 12)
		names := make([]string, len(values))
		for i := range values {
			values[i], names[i] = 2+r.IntN(900), pick(r, topics)+" "+pick(r, systems)
		}
		log, versions := "", 1+d%3
		for v := range versions {
			change := "First issue."
			if v > 0 {
				i := r.IntN(len(values))
				was := values[i]
				values[i] += 1 + r.IntN(50)
				change = fmt.Sprintf("§%d.1: %s is %d and no longer %d.", i/3+1, names[i], values[i], was)
			}
			date := fmt.Sprintf("%d-%02d-%02d", 2022+v, 1+d%12, 1+d%28)
			log = fmt.Sprintf("| V1.%d | %s | %s |\n", v, date, change) + log
			text := document(rand.New(rand.NewPCG(seed, uint64(d)+10)), title, fmt.Sprintf("V1.%d", v), date, log, names, values)
			file := filepath.Join(dir, fmt.Sprintf("%s-v1-%d.md", strings.ReplaceAll(strings.ToLower(title), " ", "-"), v))
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				return nil, err
			}
			out.Files, out.Bytes = append(out.Files, file), out.Bytes+int64(len(text))
		}
		if len(out.Questions) < 200 {
			i := r.IntN(len(names))
			out.Questions = append(out.Questions, fmt.Sprintf("what is the %s of the %s", names[i], title))
		}
	}
	return out, nil
}

func document(r *rand.Rand, title, version, date, log string, names []string, values []int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "---\ntitle: %s\nversion: %s\ndate: %s\n---\n\n# Change Log\n\n| Version | Date | Changes |\n| --- | --- | --- |\n%s\n", title, version, date, log)
	for i := range names {
		if i%3 == 0 {
			fmt.Fprintf(&b, "# %d %s\n\n", i/3+1, capital(pick(r, topics)))
		}
		unit := pick(r, units)
		fmt.Fprintf(&b, "## %d.%d %s\n\nThe %s is %d %s. ", i/3+1, i%3+1, capital(names[i]), names[i], values[i], unit)
		for range 5 {
			fmt.Fprintf(&b, says[r.IntN(len(says))]+" ", pick(r, topics)+" of the "+pick(r, systems), people[r.IntN(len(people))])
		}
		b.WriteString("\n\n")
		for range 3 {
			fmt.Fprintf(&b, "- %s: %d %s, agreed with %s\n", pick(r, topics), 1+r.IntN(500), pick(r, units), people[r.IntN(len(people))])
		}
		b.WriteString("\n")
	}
	return b.String()
}

// name is an invented word for a number, another for each.
func name(n int) string {
	var s string
	for k := n; ; k /= 50 {
		s += string("bdfgklmnrt"[k%10]) + string("aeiou"[k/10%5])
		if k < 50 && len(s) >= 4 {
			return s
		}
	}
}

func pick(r *rand.Rand, from []string) string { return from[r.IntN(len(from))] }

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// relabel makes the first version of a generated document its n-th next one after all that Generate made.
func relabel(raw []byte, n int) []byte {
	v := fmt.Sprintf("V%d.0", n+2)
	s := strings.Replace(string(raw), "version: V1.0", "version: "+v, 1)
	s = strings.Replace(s, "| V1.0 |", fmt.Sprintf("| %s | %d-01-01 | Issued anew. |\n| V1.0 |", v, 2030+n), 1)
	date := strings.SplitN(strings.SplitN(s, "date: ", 2)[1], "\n", 2)[0]
	return []byte(strings.Replace(s, "date: "+date, fmt.Sprintf("date: %d-01-01", 2030+n), 1))
}
