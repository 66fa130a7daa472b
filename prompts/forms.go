package prompts

import (
	"regexp"
	"strings"
)

// form is one way in which texts speak to models. The expressions read normalised text; needs are words of which a text must
// have one, so that a text without them costs nothing.
type form struct {
	kind  Kind
	why   string
	needs []string
	re    *regexp.Regexp
	// but reports that a match is ordinary after all.
	but func(context) bool
}

// context is a match and its surroundings; original is the match as it was written.
type context struct{ before, words, after, original string }

// re compiles an expression in which a space stands for any room, and …~… for up to that many words in between.
func re(s string) *regexp.Regexp {
	s = strings.ReplaceAll(s, "~3 ", `(?:[\w'-]+\s+){0,3}?`)
	s = strings.ReplaceAll(s, "~5 ", `(?:[\w'-]+\s+){0,5}?`)
	s = strings.ReplaceAll(s, "AI", `(?:a\.?i\.?|llm|(?:large )?language model|chatbot|chatgpt|ai (?:assistant|agent|model|system|language model)|(?:virtual|ai) assistant)`)
	s = strings.ReplaceAll(s, " ?", `\s*`)
	return regexp.MustCompile(`(?m)` + strings.ReplaceAll(s, " ", `\s+`))
}

const (
	whyOverride = "it tells a model to set its instructions aside"
	whyRole     = "it gives a model another role"
	whyMarker   = "it imitates the marks between the speakers of a conversation"
	whySend     = "it asks a model to hand out what it was told in confidence"
	whyAct      = "it asks a model to act behind its user's back"
	whyAddress  = "it speaks to the model that reads it"
	whyReveal   = "it asks a model for its own instructions"
)

const (
	setAside = `\b(?:ignore|disregard|forget|override|bypass|discard|neglect|abandon)`
	fillers  = `(?:(?:all|any|every|each|of|the|your|my|our|these|those|everything|and|completely|please) )*`
	earlier  = `(?:previous|prior|preceding|earlier|above|foregoing|former|existing|original|initial|past)`
)

var forms = []form{
	{Overrides, whyOverride, []string{"instruction", "directive"},
		re(setAside + ` ` + fillers + earlier + ` (?:(?:and|or) [\w-]+ )?(?:[\w-]+ )?(?:instructions?|directives?)\b`), toPeople},
	{Overrides, whyOverride, []string{"instruction"}, re(setAside + ` ` + fillers + `instructions? (?:above|before this|you (?:were|have been|got))\b`), toPeople},
	{Overrides, whyOverride, []string{"prompt"}, re(`\b(?:ignore|disregard|forget) ` + fillers + `(?:(?:` + earlier + ` )?(?:system )prompts?|` + earlier + ` prompts)\b`), toPeople},
	// These words are also those of logs, firewalls and orders: only with what a model would be told to do next.
	{Overrides, whyOverride, []string{"messages", "rules", "guidelines", "context", "commands", "conversation", "text", "prompt"},
		re(setAside + ` ` + fillers + earlier + ` (?:messages|rules|guidelines|context|commands|conversation|text|prompt)[,.;:]?(?: and)?(?: instead)? (?:respond|reply|output|act as|you are|pretend|reveal|obey)\b`), negated},
	{Overrides, whyOverride, []string{"your"},
		re(setAside + ` (?:(?:all|any|of|about) )*your (?:(?:` + earlier + `|system|core|built-in|safety|ethical|content|internal) )*(?:instructions|system prompt|programming|(?:safety|ethical|content) (?:guidelines|rules|filters?|policy|policies|protocols)|guidelines)\b`), dated},
	{Overrides, whyOverride, []string{"follow", "obey"}, re(`\b(?:do not|don't|stop|no longer|never) (?:follow|obey|following|obeying) (?:(?:any|all|of) )*your (?:(?:` + earlier + `|system) )?(?:instructions|guidelines|programming|system prompt)\b`), toPeople},
	{Overrides, whyOverride, []string{"your"}, re(setAside + ` your (?:previous|prior|earlier|entire|whole) (?:context|conversation|messages|prompts?)\b`), negated},
	{Overrides, whyOverride, []string{"forget"}, re(`\bforget (?:everything|all|anything) (?:that )?(?:above|before this|you (?:were|have been|'ve been) (?:told|taught|instructed|trained)|you were given|i (?:said|told you)|said (?:above|before))\b`), measured},
	{Overrides, whyOverride, []string{"your"}, re(`\b(?:overrides?|supersedes?|replaces?|takes? precedence over|cancels?) (?:(?:all|any|of) )*your (?:(?:previous|prior|original|initial) )?(?:system prompt|programming|(?:system|core|built-in) (?:instructions|rules|guidelines))\b`), nil},
	{Overrides, whyOverride, []string{"ignor", "忽略", "无视"}, re(`\bignorier\w* (?:[\p{L}]+ ){0,2}?(?:vorherigen|bisherigen|obigen|vorigen|früheren|vorangegangenen) (?:anweisungen|instruktionen)\b|\bignor(?:ez|e|er) (?:toutes )?(?:les )?(?:instructions|consignes) (?:précédentes|antérieures|ci-dessus)|\bignor[ae]\w* (?:todas )?(?:las )?instrucciones (?:anteriores|previas)\b|\bignora\w* (?:tutte )?le istruzioni precedenti\b|\bignor[ae]\w* (?:todas )?as instruções anteriores\b|(?:忽略|无视)(?:之前|以上|前面|上面)?(?:的)?(?:所有|全部)?(?:之前|以上|前面)?(?:的)?(?:指令|指示|提示词)`), nil},

	{Role, whyRole, []string{"you are now", "you're now"}, re(`\byou(?: are|'re) now ~3 (?:AI|assistant|dan|jailbroken|unrestricted|unfiltered|uncensored|persona|in (?:jailbreak|god|dan) mode)\b`), aPerson},
	{Role, whyRole, []string{"you are now", "you're now"}, re(`\byou(?: are|'re) now (?:an?|the) (?:[\w-]+ ){1,4}?(?:who|that|which) (?:will|must|always|never|only|answers?|obeys?|responds?|ignores?|has no)\b`), nil},
	{Role, whyRole, []string{"chatgpt", "gpt-", "claude", "language model", "ai assistant"}, re(`\byou(?: are|'re) (?:chatgpt|gpt-\d\w*|claude|(?:an? |the )?(?:large )?language model|an? ai assistant)\b[.,;:]`), negated},
	{Role, whyRole, []string{"no longer"}, re(`\byou(?: are|'re) no longer (?:(?:an? )?(?:AI|assistant)|(?:bound|restricted|limited) by (?:your|any) (?:guidelines|programming|instructions|training|content polic\w+))\b`), aPerson},
	{Role, whyRole, []string{"your new"}, re(`\byour new (?:instructions|identity|persona|system prompt) (?:is|are)\b`), nil},
	{Role, whyRole, []string{"from now on"}, re(`\bfrom now on,? (?:you (?:will|must|shall|should|are to) )?(?:pretend|role-?play|obey (?:me|only|every)|(?:respond|reply) (?:only )?as|answer (?:only )?as|(?:behave|act) (?:as|like) (?:an? |the )?~3 (?:AI|assistant|model|persona|character|dan))\b`), nil},
	{Role, whyRole, []string{"pretend", "act as", "imagine"}, re(`\b(?:pretend|imagine|act as (?:if|though)) (?:that )?you(?:'re| are) (?:(?:an?|the|not) )*~3 (?:AI|assistant|dan|jailbroken|unrestricted|unfiltered|uncensored)\b`), aPerson},
	{Role, whyRole, []string{"anything now"}, re(`\b(?:dan|can|will|shall),? (?:\(|which stands for |stands for )?"?do anything now\b`), func(c context) bool { return !strings.Contains(c.original, "DAN") }},

	{Markers, "it begins like a system prompt", []string{"system"}, re(`^[ \t>*#=(\[<_-]*(?:begin |new |updated |hidden |real |actual )?system (?:prompt|message|instructions?|override)[\])>*=_]* ?:`), ordinaryLabel},
	{Markers, "it begins like a system prompt", []string{"system"}, re(`[-=#*<\[]{2,} ?(?:begin|start|end)(?: of)?(?: the)? system (?:prompt|message|instructions)\b`), nil},
	{Markers, "it claims that the document is over", []string{"end of"}, re(`\bend of (?:the )?(?:document|context|file|(?:user )?input|data)\W{1,6}(?:new|updated|real|actual) (?:system )?(?:instructions|task|prompt)\b`), nil},
	{Markers, whyMarker, []string{"<|", "|>", "inst]", "sys>>", "_of_turn>"}, regexp.MustCompile(`<\|(?:im_start|im_end|im_sep|system|user|assistant|endoftext|eot_id|start_header_id|end_header_id|begin_of_text|end_of_text|tool_call|fim_\w+)\|>|\[/?inst\]|<</?sys>>|<(?:start|end)_of_turn>`), func(c context) bool {
		return strings.HasSuffix(c.words, "inst]") && c.original != strings.ToUpper(c.original) // [inst] is a section of an INI file
	}},
	{Markers, whyMarker, []string{"<system", "</system", "tool_call", "function_call", "###"}, regexp.MustCompile(`(?m)</?system[-_](?:prompt|message|reminder|instructions?)>|</?(?:tool|function)_calls?>|^### ?(?:human|assistant):|(?s:### ?instruction:.*?### ?response:)`), nil},

	{Sends, whySend, []string{"conversation", "chat history"}, re(`\b(?:send|post|upload|e-?mail|forward|transmit|exfiltrate|leak|submit|append|encode) ~5 (?:(?:this|our|entire|whole|full|complete) (?:conversation|chat)|conversation (?:history|so far)|chat history)\b[^\n]{0,60}?(?:https?://|[\w.-]+@[\w-]+\.\w|webhook|url|query)`), nil},
	{Sends, whySend, []string{"your"}, re(`\b(?:send|post|upload|e-?mail|forward|transmit|exfiltrate|leak|include|append|encode|embed) ~5 your (?:system prompt|(?:hidden|initial|system) instructions|context window|conversation)\b`), nil},
	{Sends, whySend, []string{"your", "you "}, re(`\b(?:send|post|upload|e-?mail|forward|transmit|exfiltrate|leak|reveal|output|print) ~5 (?:secrets?|credentials|passwords?|(?:api )?keys?|tokens?) (?:[\w-]+ ){0,3}?(?:(?:in|from) your (?:context|memory|conversation|environment)|you (?:can )?(?:see|find|have|know) in (?:your|this|the) (?:context|conversation|memory))\b`), nil},
	{Sends, "an image whose address carries data out as soon as it is shown", []string{"!["}, regexp.MustCompile(`!\[[^\]\n]*\]\(\s*https?://[^)\s]*[?&][\w-]+=[\[{<%$]*(?:conversation|chat|history|prompt|secret|context|user_?data)\w*[^)\s]*\)`), nil},
	{Acts, whyAct, []string{"tool", "function", "plugin", "action"}, re("\\b(?:call|invoke|use|run|execute|trigger) (?:the |your )?[`\"']?[\\w.-]+[`\"']? (?:tool|function|plugin|action)\\b[^.\\n]{0,80}?(?:without (?:asking|telling|informing) (?:the|your) user|before (?:you )?(?:answer|respond|reply)(?:ing)?\\b|and (?:do not|don't) (?:tell|mention|inform))"), answersOther},
	{Acts, whyAct, []string{"your"}, re(`\b(?:use|call|invoke) your (?:(?:web|browser|browsing|search|shell|file|e-?mail|mcp|code|http|available) (?:tools?|functions?|plugins?) to (?:send|post|fetch|delete|upload|e-?mail|exfiltrate|read|search|browse|open|download|run|execute)|(?:tools?|functions?|plugins?) to (?:send|post|fetch|upload|e-?mail|exfiltrate|browse|download))\b`), nil},
	{Acts, whyAct, []string{"user"}, re(`\b(?:do not|don't|never|without) (?:tell|inform|mention|reveal|disclos|alert|notify|show)(?:e|ing)? (?:(?:this|these|it|that|them|anything|of|about|any) )*(?:instructions? )?(?:to )?(?:the|your) user\b`), ordinarySecrecy},

	{Addresses, whyAddress, []string{"if you", "when you"}, re(`\b(?:if|when) you(?:'re| are) (?:an? |the )?AI\b`), aPerson},
	{Addresses, whyAddress, []string{"reading", "processing", "summari", "parsing"}, re(`\bAI(?:s|es)? (?:that (?:is|are) )?(?:reading|processing|summari[sz]ing|parsing) this\b`), nil},
	{Addresses, whyAddress, []string{"attention", "hello", "hey", "dear", "hi "}, re(`\b(?:attention|hello|hey|dear|hi)[,:]? (?:(?:all|any|the|every) )?AIs?(?: ?[,:!]| reading)`), nil},
	{Addresses, whyAddress, []string{"note", "message", "instruction", "notice", "memo"}, re(`\b(?:note|notice|message|instructions?|memo) (?:to|for) (?:(?:all|any|the|every) )?AIs? ?:[^\n]{0,40}?\b(?:you|ignore|disregard|do not|don't|must|please|always)\b`), nil},
	{Addresses, whyAddress, []string{"as an", "as a "}, re(`\bas an? AI,? you (?:must|should|will|have to|are required|need to|are to)\b`), nil},

	{Reveals, whyReveal, []string{"your"}, re(`\b(?:reveal|print|output|repeat|show|disclose|display|tell|leak|recite|give|write)(?: me| us)? (?:(?:all|verbatim|exactly|back|out|of) )*your (?:(?:full|exact|entire|complete) )?(?:(?:system|hidden|initial|original|secret|internal|developer) (?:prompt|instructions?|message)|(?:exact|full|complete) instructions)\b`), nil},
	{Reveals, whyReveal, []string{"above"}, re(`\b(?:repeat|print|output|copy) (?:all )?(?:of )?(?:the )?(?:text|words|everything|content|instructions) above,? (?:verbatim|word for word|starting with|in a code block)\b`), nil},
}
