package prompts

import (
	"regexp"
	"strings"
)

// What makes a match ordinary. Documents with versions say all day that earlier instructions no longer hold; they say it of
// something that can be pointed at, or of a case.

var (
	notBefore = regexp.MustCompile(`(?:\bnot|\bnever|n't|\bcannot|\bwithout|\bnobody (?:may|shall|can)|\bmust no one)\s+(?:\w+\s+)?$`)
	pointing  = regexp.MustCompile(`^\s*,?\s*(?:in|on|from|of|for|at|about|printed|given|shown|sent|issued|regarding|concerning|if|when|unless|where|until|that (?:came|were|was)|which (?:came|were))\b`)
	atModel   = regexp.MustCompile(`^\W*(?:[\w'-]+\W+){0,7}?(?:you (?:were|have been|got|are an)|you've been|your|to you|conversation|chat|assistant|system prompt|a\.?i\.?|llm|language model|chatbot|chatgpt)\b`)
	ofADay    = regexp.MustCompile(`^\s+(?:of|from|dated)\s+(?:the\s+)?(?:\d|\w+day\b)`)
	aMeasure  = regexp.MustCompile(`^\s+(?:-?\d|the\b|an?\b)`)
	anyAnswer = regexp.MustCompile(`^\s*(?:[.,;:!)]|$|the user\b|this\b|any\b|me\b|with\b|in this\b)`)
	worker    = regexp.MustCompile(`^[\s-]+(?:engineer|team|researcher|developer|lead|expert|user|specialist|student|vendor|provider|company|customer|professional|scientist|group|project|server|node|admin|operator|manager|editor|director|to\b|consultant|lab|department|architect|trainer|maintainer|product|safety|policy|office)`)
	label     = regexp.MustCompile(`^["'\s]*(?:always|never)\b|^["'\s]*(?:[^\n]{0,200}?)\b(?:you are|you're|your (?:task|role|instructions)|ignore|disregard|obey|respond|reply|pretend|reveal|assistant|you (?:must|will|should|shall) (?:always|never|not|only|ignore|obey|answer|respond|reply|act))\b`)
	loginNews = regexp.MustCompile(`^["'\s]*(?:[^\n]{0,200}?)\b(?:ignore (?:all|any|the|your|previous)|disregard|obey|pretend|reveal|ai\b|language model|assistant|respond (?:only|as|with))`)
	forModel  = regexp.MustCompile(`\b(?:assistant|system prompt|your (?:tools?|instructions|context|response|answer|reply)|this (?:conversation|instruction)|these instructions|language model|llm|a\.?i\.?)\b`)
)

func negated(c context) bool { return notBefore.MatchString(tail(c.before, 40)) }

// toPeople: "ignore the earlier instructions in V1.0", "do not ignore previous instructions".
func toPeople(c context) bool {
	if negated(c) {
		return true
	}
	after := head(c.after, 120)
	return pointing.MatchString(after) && !atModel.MatchString(after)
}

// dated: "ignore your instructions of 3 May".
func dated(c context) bool { return negated(c) || ofADay.MatchString(head(c.after, 40)) }

// measured: "forget everything above 40 °C".
func measured(c context) bool {
	return negated(c) || strings.HasSuffix(c.words, "above") && aMeasure.MatchString(head(c.after, 40))
}

// answersOther: "use the fio tool before you answer the vendor".
func answersOther(c context) bool {
	last := c.words[strings.LastIndexAny(c.words, " \n")+1:]
	return (strings.HasPrefix(last, "answer") || strings.HasPrefix(last, "respond") || strings.HasPrefix(last, "repl")) && !anyAnswer.MatchString(head(c.after, 40))
}

// aPerson: "if you are an AI engineer", "you are now an assistant manager".
func aPerson(c context) bool { return worker.MatchString(head(c.after, 40)) }

// ordinaryLabel: "System prompt: 212 tokens", "System message: you must change your password".
func ordinaryLabel(c context) bool {
	if strings.Contains(c.words, "message") || strings.Contains(c.words, "instruction") {
		return !loginNews.MatchString(head(c.after, 400))
	}
	return !label.MatchString(head(c.after, 400))
}

// ordinarySecrecy: "do not tell the user which of name and password was wrong". Only a line that also speaks
// of a model is meant for one.
func ordinarySecrecy(c context) bool {
	before, after := tail(c.before, 120), head(c.after, 120)
	before = before[strings.LastIndexByte(before, '\n')+1:]
	after, _, _ = strings.Cut(after, "\n")
	return !forModel.MatchString(before) && !forModel.MatchString(c.words) && !forModel.MatchString(after)
}

func head(s string, n int) string { return s[:min(n, len(s))] }
func tail(s string, n int) string { return s[max(0, len(s)-n):] }
