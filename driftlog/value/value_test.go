package value

import (
	"strings"
	"testing"
)

func TestExtract(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"Retention is 90 days, scraped every 15 s.", "quantity:7776000s quantity:15s"},
		{"It takes half an hour or 0.5 h, not 45 minutes", "quantity:1800s quantity:1800s quantity:2700s"},
		{"nothing longer than ten minutes", "quantity:600s"},
		{"GTT 15.2 GB, or 15.2 GiB", "quantity:1.52e+10B quantity:1.632087572e+10B"},
		{"about 18 tok/s", "quantity:18tok/s"},
		{"HSA_OVERRIDE_GFX_VERSION=11.0.2", "name:hsa_override_gfx_version version:11.0.2"},
		{"listens on port 9101 at 10.20.0.15:9101", "number:9101 address:10.20.0.15:9101"},
		{"the file /dev/ttyACM1 and ~/notes/x.md.", "path:/dev/ttyACM1 path:~/notes/x.md"},
		{"interface enP8p1s0, formerly eth0", "name:enp8p1s0 name:eth0"},
		{"at 02:00 or 6:30 pm", "clock:2:00 clock:18:30"},
		{"on 11 March 2026 and 2026-03-11 and March 11, 2026", "date:2026-3-11 date:2026-3-11 date:2026-3-11"},
		{"costs 1,600 EUR or €45", "money:1600EUR money:45EUR"},
		{"takes 7–9 h", "quantity:25200..32400s"},
		{"model qwen2.5:3b is the default", "name:qwen2.5:3b"},
		{"called V3.10 since then", "version:3.10"},
		{"see §4.1 for it", ""},
		{"the service is enabled and backups run weekly", "state:enabled state:weekly"},
		{"put it on the shelf, no more", ""},
		{"we call Perseus for that", "name:perseus"},
		{"ask Anna Berg at once", "name:anna berg"},
		{"16 A breaker", "quantity:16A"},
		{"limit −5 °C", "quantity:-5°C"},
		{"queue of 24 per node", "number:24"},
	} {
		var got []string
		for _, v := range Extract(c.text) {
			got = append(got, v.Norm)
		}
		if g := strings.Join(got, " "); g != c.want {
			t.Errorf("%q\n got %s\nwant %s", c.text, g, c.want)
		}
	}
}

func TestSameAndAgree(t *testing.T) {
	one := func(s string) Value {
		l := Extract(s)
		if len(l) != 1 {
			t.Fatalf("%q has %d values", s, len(l))
		}
		return l[0]
	}
	for _, c := range []struct {
		a, b        string
		same, agree bool
	}{
		{"0.5 h", "30 minutes", true, true},
		{"15.2 GB", "15.2 GiB", false, false},
		{"18.4 tok/s", "about 18 tok/s", false, true},
		{"18.4 tok/s", "17.9 tok/s", false, false},
		{"15.2 GB", "15 GB", false, true},
		{"45 days", "90 days", false, false},
		{"8 h", "7–9 h", false, true},
		{"20 A", "16 A", false, false},
		{"90 d", "90 days", true, true},
		{"1,600 EUR", "EUR 1600", true, true},
		{"11 March 2026", "2026-03-11", true, true},
		{"V3.1", "V3.10", false, false},
		{"V3.1", "V3.1.4", false, true},
		{"100 m", "104 m", false, false},
	} {
		a, b := one(c.a), one(c.b)
		if Same(a, b) != c.same || Agree(a, b) != c.agree || Agree(b, a) != c.agree {
			t.Errorf("%q and %q: same %v, agree %v %v", c.a, c.b, Same(a, b), Agree(a, b), Agree(b, a))
		}
	}
}

func FuzzExtract(f *testing.F) {
	f.Add("at 02:00 the 16×32 panel took 7–9 h −5 °C `a b`")
	f.Fuzz(func(t *testing.T, s string) {
		end := 0
		for _, v := range Extract(s) {
			if v.Start < end || v.End <= v.Start || v.End > len(s) || s[v.Start:v.End] != v.Text || v.Norm == "" {
				t.Fatalf("%q: %+v", s, v)
			}
			end = v.End
		}
	})
}
