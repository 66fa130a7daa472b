package route

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// Ruled is what the rules say about a prompt.
type Ruled struct {
	Task    Task
	Rule    string // name of the rule
	Because string
	Sure    bool // false: no rule fitted and the task is only the default
}

type rule struct {
	name string
	task Task
	re   *regexp.Regexp
	why  string
}

func r(name string, task Task, why, pattern string) rule {
	return rule{name, task, regexp.MustCompile(`(?i)` + pattern), why}
}

const (
	picture = `(?:image|picture|photo|photograph|screenshot|scan|scanned page|figure shown|drawing|bild|foto)s?`
	whole   = `(?:whole|entire|complete|full|comprehensive|detailed|thorough|in-depth)`
	work    = `(?:report|guide|manual|handbook|article|essay|story|chapter|book|proposal|contract|minutes|documentation|specification|letter of|overview|plan|document|paper|novel|speech)`
	make_   = `(?:write|draft|produce|generate|compose|prepare|create|rewrite|translate|summari[sz]e|expand|turn|give)`
)

// rules are tried in order; the first that matches decides. What a request asks to be done comes before what it is about.
var rules = []rule{
	r("embed", Embed, "it asks for vectors or for what is similar in meaning",
		`\bembed(?:ding|dings|s)?\b|\bvectors?\b (?:for|of)|\bsemantic(?:ally)?\b|\bsimilar(?:ity)?\b.*\b(?:to|in meaning|passages?|sentences?|documents?)\b|\b(?:documents?|passages?|notes?|sentences?)\b.*\b(?:similar|closest in meaning)\b|\bnearest neighbou?rs?\b`),
	r("picture", Vision, "it speaks of a picture that is to be looked at",
		`\b(?:this|the|that|these|those|both|two|attached|uploaded|following|in|my|a)\b[^.?!]{0,30}\b`+picture+`\b|\b\S+\.(?:png|jpe?g|webp|gif|bmp|tiff?)\b|\battached (?:chart|diagram|graph)\b|\bhandwriting\b`),
	r("classify", Classify, "it asks for a label",
		`\b(?:classif(?:y|ication)|categori[sz]e|label (?:each|this|these|the)|tag (?:each|this|these|the)|sentiment)\b|\bone of (?:these|the following) (?:labels|categories|classes|tags)\b|\bwhich (?:of these |of the following )?(?:category|categories|class|label)\b|\b(?:positive or negative|negative or positive|urgent or not|spam or (?:not|ham)|yes or no)\b|\b(?:is|whether) (?:this|the|that)\b.*\bspam\b|\bis (?:this|the following) (?:\w+ )?(?:sentence|text|message|review|mail|ticket|comment)\b.*\bor\b|\bassign (?:one|a|each)\b.*\b(?:label|category|tag|class)`),
	r("error text", Code, "it holds an error as a program prints it",
		`\bpanic: |\bTraceback \(most recent|\b\w+(?:Error|Exception):|\bsegmentation fault\b|\bundefined reference\b|\bsyntax error\b`),
	r("source text", Code, "it holds source text",
		"```"+`|\bfunc \w+\(|\bdef \w+\(|\bclass \w+[:{]|#include\s*<|\bSELECT\b.+\bFROM\b|\bconsole\.log\(|:= |;\s*\w+\s*<-|=>\s*[{(]|\bFROM \w+:\w`),
	r("programming", Code, "it asks for a program, a script or a configuration",
		`\b(?:write|implement|refactor|port|convert|add|fix|debug|review|create|show|give|need)\b.*\b(?:function|script|unit tests?|test for|class (?:below|above)|regex(?:p)?|regular expression|sql|query|dockerfile|docker-?compose|makefile|crontab|cron (?:entry|job)|json schema|bash|powershell|python|javascript|typescript|golang|rust|java|c\+\+|binary search|algorithm|api client|loop|diff)\b|\b(?:regex|sql query|dockerfile|stack ?trace|compile[rs]?(?: error)?|unit tests?|pull request)\b|\b(?:in|to) (?:go|python|rust|javascript|typescript|java|c|c\+\+|bash|powershell)(?:[.?!]|$)`),
	r("long work", Long, "it asks for a long text",
		`\b`+make_+`\b.*\b`+whole+`\b|\b`+whole+`\b.*\b`+work+`s?\b|\b(?:write|draft|produce|generate|compose|prepare|create)\b.*\b`+work+`s?\b|\b(?:rewrite|translate|expand)\b.*\b(?:chapter|guide|manual|handbook|book|document|outline|report)s?\b|\b\d[\d,. ]*(?:words?|pages?)\b|\b\w+-page\b|\bchapter by chapter\b|\bsummari[sz]e\b.*\b(?:all|every|minutes|reports?|year|meetings?)\b|\b(?:combine|merge)\b.*\binto one\b|\bstory\b`),
	r("weighing", Reasoning, "it asks to weigh, explain, plan or derive",
		`\bwhy\b|\bwarum\b|\bpourquoi\b|\bwaarom\b|\b(?:compare|contrast|recommend|evaluate|assess|anal[yi][sz]e|weigh|argue|prove|derive|deduce|infer|explain|justify|diagnose|debug|reason|critique|estimate)\b|\b(?:trade-?offs?|pros and cons|advantages|consequences?|implications?|root cause|what caused|causes? of)\b|\bwhat (?:would|could|will|might)\b.*\b(?:happen|go wrong|if)\b|\bstep by step\b|\bthink (?:through|about)\b|\bshould (?:we|i|they)\b|\bplan (?:the|a|our|an)\b|\bhow (?:do|does|did|would|could|can)\b.*\b(?:affect|interact|relate|differ|depend|work together|influence)\b|\bdifference between\b|\bwhich\b.*\b(?:better|best|applies|more (?:reliable|likely|suitable))\b|\bgiven (?:that|these|this|the)\b|\bif\b.*\b(?:what|which|when|how|does|would)\b|\bsupports? the\b.*\b(?:claim|argument)\b`),
	r("short question", Fast, "it is a short question for a fact",
		`^\s*(?:what(?:'s| is| are| was| were| does| do)?|who|when|where|which|whose|how (?:many|much|long|old|far|big|often|do you spell)|is|are|was|were|does|do|did|can|has|have|name|define|spell|list the|give me (?:the|a) |remind me|tell me (?:the|when|where|who)|convert|translate|wie|was|wer|wann|wo|welche[rs]?|combien|quel(?:le)?|qui|wat|wie|hoeveel)\b`),
	r("small talk", Fast, "it is a greeting or thanks",
		`^\s*(?:hi|hello|hey|good (?:morning|afternoon|evening)|thanks?(?: you)?|ok(?:ay)?|bye|hallo|danke|merci|bonjour)\b`),
}

// shortPrompt is how long, in runes, a question for a fact can be; longer ones carry material to think about.
const shortPrompt = 160

// Rules finds a prompt's task from its words alone. images says that pictures come with it. A long text without a
// clear wish is Long: its reading is the work.
func Rules(prompt string, images bool) Ruled {
	if images {
		return Ruled{Vision, "images", "pictures come with it", true}
	}
	p := strings.TrimSpace(prompt)
	ask, long := request(p)
	for _, x := range rules {
		if x.task == Fast && utf8.RuneCountInString(p) > shortPrompt {
			continue
		}
		in := ask
		if x.name == "source text" || x.name == "error text" {
			in = p
		}
		if m := x.re.FindString(in); m != "" {
			return Ruled{x.task, x.name, x.why + ": " + quoteShort(m), true}
		}
	}
	if long {
		return Ruled{Long, "long input", "it brings a long text along", true}
	}
	if utf8.RuneCountInString(p) <= 60 {
		return Ruled{Fast, "short", "no rule fits, and it is short", false}
	}
	return Ruled{Reasoning, "default", "no rule fits", false}
}

// longInput is where a prompt, in bytes, carries a text along that its first and last lines speak about.
const longInput = 1500

// request is the part of a prompt that says what to do: of a long one the beginning and the end.
func request(p string) (string, bool) {
	if len(p) <= longInput {
		return p, false
	}
	return strings.ToValidUTF8(p[:400], "") + "\n" + strings.ToValidUTF8(p[len(p)-400:], ""), true
}

func quoteShort(s string) string {
	s = strings.Join(strings.Fields(s), " ")
	if r := []rune(s); len(r) > 48 {
		s = string(r[:45]) + "…"
	}
	return `"` + s + `"`
}
