package light

// need is how many numbers an operator takes.
var need = map[string]int{"cm": 6, "Tm": 6, "Td": 2, "TD": 2, "Tc": 1, "Tw": 1, "Tz": 1, "TL": 1, "Ts": 1}

// do runs one operator. Operators that lack operands are skipped, as other readers do.
func (in *interpreter) do(op string, args []token, res *resources) {
	var n [6]float64
	if k := need[op]; k > 0 {
		if len(args) < k {
			return
		}
		for i, t := range args[len(args)-k:] {
			n[i] = t.n
		}
	}
	switch op {
	case "q":
		if len(in.saved) < maxSaved {
			in.saved = append(in.saved, in.g)
		}
	case "Q":
		if k := len(in.saved); k > 0 {
			in.g, in.saved = in.saved[k-1], in.saved[:k-1]
		}
	case "cm":
		in.g.ctm = matrix(n).mul(in.g.ctm)
	case "BT":
		in.tm, in.tlm = identity, identity
	case "Tc":
		in.g.charSpace = n[0]
	case "Tw":
		in.g.wordSpace = n[0]
	case "Tz":
		in.g.scale = n[0] / 100
	case "TL":
		in.g.leading = n[0]
	case "Ts":
		in.g.rise = n[0]
	case "Tf":
		if len(args) >= 2 {
			in.g.font, in.g.size = in.x.font(res, args[len(args)-2].s), args[len(args)-1].n
		}
	case "Td":
		in.nextLine(n[0], n[1])
	case "TD":
		in.g.leading = -n[1]
		in.nextLine(n[0], n[1])
	case "Tm":
		in.tm, in.tlm = matrix(n), matrix(n)
	case "T*":
		in.nextLine(0, -in.g.leading)
	case "Do":
		if len(args) > 0 {
			in.form(args[len(args)-1].s, res)
		}
	case "f", "F", "f*", "B", "B*", "b", "b*", "S", "s", "sh":
		in.painted = true
	default:
		in.text(op, args)
	}
}

// text runs the operators that show text.
func (in *interpreter) text(op string, args []token) {
	if len(args) == 0 {
		return
	}
	last := args[len(args)-1]
	switch op {
	case "\"":
		if len(args) >= 3 {
			in.g.wordSpace, in.g.charSpace = args[len(args)-3].n, args[len(args)-2].n
		}
		fallthrough
	case "'":
		in.nextLine(0, -in.g.leading)
		fallthrough
	case "Tj":
		in.painted = true
		in.show(last.s)
	case "TJ":
		in.painted = true
		for _, t := range last.list {
			switch t.kind {
			case str:
				in.show(t.s)
			case number:
				in.move(-t.n / 1000 * in.g.size * in.g.scale)
			}
		}
	}
}
