package identity

import (
	"regexp"
	"strconv"
	"strings"

	"substrate/corpus"
)

var (
	// A part of a line that is an epoch marker, not a sentence that mentions one.
	epochPart   = regexp.MustCompile(`(?i)^\(?(?:(?:status|epoch|era)\s*:\s*)?\(?(epoch)[\s#:_-]*(\d+|[ivx]+)\)?(?:\s*\(.*\)|\s+(?:edition|document|version|authoritative|current))?[.\s]*$`)
	epochKeyed  = regexp.MustCompile(`(?i)^epoch\s*:?\s+(?:epoch\s*)?(\d+|[ivx]+)\b[^.]{0,40}$`)
	endingEpoch = regexp.MustCompile(`(?i)[\s,(–—:|·-]+\(?epoch[\s#:_-]*(?:\d+|[ivx]+)\)?$`)
	romans      = map[string]string{"i": "1", "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "x": "10"}
)

// epochIn reads an epoch marker from a part of a line; "" when it is none.
func (g *gathering) epochIn(part string) string {
	part = strings.TrimSpace(part)
	bare := strings.TrimSpace(strings.TrimPrefix(part, "epoch: "))
	for _, m := range g.o.Markers {
		if corpus.MakeSlug(m) == corpus.MakeSlug(bare) || m != "" && len(part) < len(m)+25 && strings.Contains(strings.ToLower(part), strings.ToLower(m)) {
			return m
		}
	}
	for _, p := range []string{bare, part} {
		if m := epochPart.FindStringSubmatch(p); m != nil {
			return "EPOCH " + arabic(m[2])
		}
		if m := epochKeyed.FindStringSubmatch(p); m != nil {
			return "EPOCH " + arabic(m[1])
		}
	}
	if strings.HasPrefix(part, "epoch: ") && bare != "" {
		return canonicalEpoch(bare)
	}
	if m := endingEpoch.FindString(part); m != "" && len(part) < 90 {
		return canonicalEpoch(strings.Trim(m, " ,(–—:|·-)"))
	}
	return ""
}

// canonicalEpoch writes "Epoch II" and "epoch-2" as "EPOCH 2"; other names stay as they are.
func canonicalEpoch(s string) string {
	s = strings.TrimSpace(s)
	if m := epochPart.FindStringSubmatch(s); m != nil {
		return "EPOCH " + arabic(m[2])
	}
	if _, err := strconv.Atoi(s); err == nil {
		return "EPOCH " + s
	}
	return s
}

func arabic(s string) string {
	if n, ok := romans[strings.ToLower(s)]; ok {
		return n
	}
	return strings.TrimLeft(s, "0")
}
