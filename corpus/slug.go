package corpus

import "strings"

// Slug names a document in references, file names and commands: lower-case letters and digits of any
// script, words joined by single hyphens, never empty in a valid document.
type Slug string

// fold maps letters that carry a mark to the letters people type for them, so that "Prüf" and "Pruef"
// do not depend on a keyboard. Letters that are not here stay as they are.
var fold = strings.NewReplacer(
	"ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "æ", "ae", "ø", "o", "å", "a",
	"á", "a", "à", "a", "â", "a", "ã", "a", "é", "e", "è", "e", "ê", "e", "ë", "e",
	"í", "i", "ì", "i", "î", "i", "ï", "i", "ó", "o", "ò", "o", "ô", "o", "õ", "o",
	"ú", "u", "ù", "u", "û", "u", "ç", "c", "ñ", "n", "š", "s", "ž", "z", "č", "c",
	"'", "", "’", "",
)

// MakeSlug turns a title into a slug. It returns "" when the title has no letter or digit.
func MakeSlug(title string) Slug {
	return Slug(hyphenate(title))
}

func hyphenate(s string) string {
	return join(fold.Replace(strings.ToLower(s)), isWordRune)
}

// join keeps the runes that keep says, and puts a hyphen where others stood between them.
func join(s string, keep func(rune) bool) string {
	var b strings.Builder
	gap := false
	for _, r := range s {
		if !keep(r) {
			gap = true
			continue
		}
		if gap && b.Len() > 0 {
			b.WriteByte('-')
		}
		gap = false
		b.WriteRune(r)
	}
	return b.String()
}
