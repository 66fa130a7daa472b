package value

import "strings"

// unit is what a written unit means: so many of its dimension's base unit.
type unit struct {
	base   string
	factor float64
}

// units by spelling. Spellings that differ only in case are listed where the case tells (MB and Mb, mW and MW); all
// others are looked up in lower case.
var units = func() map[string]unit {
	m := map[string]unit{}
	add := func(base string, factor float64, names string) {
		for _, n := range strings.Fields(names) {
			m[strings.ReplaceAll(n, "_", " ")] = unit{base, factor}
		}
	}
	add("s", 1e-6, "µs us microsecond microseconds")
	add("s", 1e-3, "ms millisecond milliseconds")
	add("s", 1, "s sec secs second seconds")
	add("s", 60, "min mins minute minutes")
	add("s", 3600, "h hr hrs hour hours")
	add("s", 86400, "d day days")
	add("s", 604800, "w week weeks wk")
	add("month", 1, "month months mo")
	add("month", 12, "year years yr yrs")
	add("working day", 1, "working_day working_days business_day business_days")
	for i, p := range []string{"", "k", "M", "G", "T", "P"} {
		dec, bin := pow(1000, i), pow(1024, i)
		add("B", dec, p+"B")
		add("bit", dec, p+"bit "+p+"bits")
		add("bit/s", dec, p+"bit/s "+p+"bps")
		add("B/s", dec, p+"B/s")
		if i > 0 {
			add("B", bin, p+"iB")
			add("B/s", bin, p+"iB/s")
			add("Hz", dec, p+"Hz")
			add("flop", dec, p+"FLOPS")
		}
		if i > 0 && i < 4 {
			add("W", dec, p+"W")
			add("Wh", dec, p+"Wh")
			add("VA", dec, p+"VA")
			add("Ω", dec, p+"Ω")
		}
	}
	add("B", 1, "byte bytes")
	add("bit", 1, "bit bits")
	add("B", 1000, "KB kilobyte kilobytes")
	add("B", 1e6, "megabyte megabytes")
	add("B", 1e9, "gigabyte gigabytes")
	add("bit/s", 1e6, "Mb/s")
	add("bit/s", 1e9, "Gb/s")
	add("Hz", 1, "Hz")
	add("W", 1, "W watt watts")
	add("W", 1e-3, "mW")
	add("Wh", 1, "Wh")
	add("A", 1, "A amp amps ampere amperes")
	add("A", 1e-3, "mA")
	add("Ah", 1, "Ah")
	add("Ah", 1e-3, "mAh")
	add("V", 1, "V volt volts")
	add("V", 1e-3, "mV")
	add("V", 1e3, "kV")
	add("Ω", 1, "Ω ohm ohms")
	add("°C", 1, "°C ºC degC degrees_Celsius degrees_C")
	add("°F", 1, "°F degrees_Fahrenheit")
	add("°", 1, "° degrees degree")
	add("K", 1, "kelvin")
	add("m", 1e-6, "µm um micron microns")
	add("m", 1e-3, "mm millimetre millimetres millimeter millimeters")
	add("m", 1e-2, "cm centimetre centimetres centimeter centimeters")
	add("m", 1, "m metre metres meter meters")
	add("m", 1e3, "km kilometre kilometres kilometer kilometers")
	add("in", 1, "in inch inches")
	add("in", 12, "ft foot feet")
	add("nmi", 1, "nm nmi nautical_mile nautical_miles")
	add("mile", 1, "mile miles")
	add("m²", 1, "m² sqm m2 square_metres")
	add("m³", 1, "m³ m3 cubic_metres")
	add("g", 1e-6, "µg mcg")
	add("g", 1e-3, "mg milligram milligrams")
	add("g", 1, "g gram grams")
	add("g", 1e3, "kg kilo kilos kilogram kilograms")
	add("g", 1e6, "t tonne tonnes")
	add("lb", 1, "lb lbs pound pounds")
	add("oz", 1, "oz ounce ounces")
	add("l", 1e-6, "µl µL")
	add("l", 1e-3, "ml mL millilitre millilitres milliliter milliliters")
	add("l", 1e-2, "cl")
	add("l", 1e-1, "dl")
	add("l", 1, "l L litre litres liter liters")
	add("l", 100, "hl hectolitre hectolitres")
	add("mol/l", 1, "M mol/l mol/L")
	add("mol/l", 1e-3, "mM mmol/l mmol/L")
	add("Pa", 1, "Pa")
	add("Pa", 100, "hPa mbar")
	add("Pa", 1e3, "kPa")
	add("Pa", 1e5, "bar")
	add("Pa", 1e6, "MPa")
	add("psi", 1, "psi")
	add("N", 1, "N")
	add("Nm", 1, "Nm N·m newton_metres")
	add("J", 1, "J")
	add("J", 1e3, "kJ")
	add("cal", 1000, "kcal")
	add("dB", 1, "dB dBm dBA dB(A)")
	add("lx", 1, "lx lux")
	add("lm", 1, "lm lumen lumens")
	add("rpm", 1, "rpm r/min")
	add("fps", 1, "fps")
	add("m/s", 1, "m/s")
	add("km/h", 1, "km/h kph")
	add("mph", 1, "mph")
	add("kn", 1, "kn knot knots")
	add("pH", 1, "pH")
	add("ppm", 1, "ppm")
	add("ppb", 1, "ppb")
	add("IBU", 1, "IBU")
	add("°P", 1, "°P")
	add("%", 1, "% percent per_cent %RH")
	add("px", 1, "px pixel pixels")
	add("pt", 1, "pt")
	add("dpi", 1, "dpi")
	add("baud", 1, "baud")
	add("U", 1, "U")
	// What is counted per time or in bundles: the unit names itself.
	for _, n := range []string{"tok/s", "tokens/s", "t/s", "req/s", "requests/s", "rps", "qps", "iops", "ops/s", "l/min", "ml/min", "l/h", "g/l", "mg/l", "mg/kg", "mg/ml", "µg/l", "g/kg", "kg/m³", "kg/h", "t/h", "m³/h", "kWh/a", "ct/kWh", "kg/ha", "l/ha", "Bq", "Bq/l", "vCPU", "vcpus", "MP", "beats/min", "bpm", "/min", "/s", "/h"} {
		m[n] = unit{n, 1}
	}
	m["tokens/s"], m["t/s"] = unit{"tok/s", 1}, unit{"tok/s", 1}
	m["requests/s"], m["rps"], m["qps"] = unit{"req/s", 1}, unit{"req/s", 1}, unit{"req/s", 1}
	return m
}()

// ambiguous units are letters that are also words: they count only right behind the number, or behind one space where the
// number is no list or section number.
var ambiguous = map[string]bool{"in": true, "a": true, "t": true, "m": true, "d": true, "w": true, "u": true, "A": true, "U": true, "M": true, "N": true, "J": true, "K": true}

var currencies = map[string]string{
	"€": "EUR", "$": "USD", "£": "GBP", "eur": "EUR", "usd": "USD", "gbp": "GBP", "chf": "CHF", "euro": "EUR", "euros": "EUR",
	"dollars": "USD", "pounds sterling": "GBP", "sek": "SEK", "dkk": "DKK", "nok": "NOK", "pln": "PLN", "yen": "JPY", "jpy": "JPY", "¥": "JPY", "cad": "CAD", "aud": "AUD",
}

func pow(b float64, n int) float64 {
	r := 1.0
	for range n {
		r *= b
	}
	return r
}

// unitAt reads a unit at the start of text: its spelling's length and meaning. glued says that it stands right behind the number.
func unitAt(text string, glued bool) (int, unit, bool) {
	best, found := 0, unit{}
	for n := 1; n <= min(len(text), 20); n++ {
		if n < len(text) && wordByte(text[n-1]) && wordByte(text[n]) {
			continue // inside a word
		}
		if n < len(text) && text[n]&0xC0 == 0x80 {
			continue // inside a rune
		}
		s := text[:n]
		u, ok := units[s]
		if !ok {
			u, ok = units[strings.ToLower(s)]
			if ok && len(s) < 3 && s != strings.ToLower(s) {
				ok = len(s) == 2 && !ambiguous[strings.ToLower(s)] // "MS" is no millisecond, "Kg" is a kilogram
			}
		}
		if !ok || ambiguous[s] && !glued && s == "in" {
			continue
		}
		if !glued && s == "a" {
			continue
		}
		best, found = n, u
	}
	return best, found, best > 0
}

func wordByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= 0x80 && c != 0xC2
}
