// Package route decides which server and model a request goes to, and says why: by task, needed context, modality,
// health, measured speed and queue. It is pure; what the servers are like at the moment is given.
//
// Words:
//
//   - Task: what kind of work a request is. A tier's strengths are tasks too.
//   - Candidate: one model on one tier, as it is now.
//   - Decision: the candidate chosen, why, and why not each other.
package route

// Task is a kind of work, and what a tier can be good at.
type Task string

// The tasks.
const (
	Auto      Task = "auto"      // to be found out from the prompt
	Chat      Task = "chat"      // anything, without a wish
	Fast      Task = "fast"      // a short answer soon
	Reasoning Task = "reasoning" // weighing, explaining, planning
	Long      Task = "long"      // a long text out, or in
	Code      Task = "code"
	Vision    Task = "vision" // with pictures
	Classify  Task = "classify"
	Embed     Task = "embed"
)

// Tasks lists all but Auto.
var Tasks = []Task{Chat, Fast, Reasoning, Long, Code, Vision, Classify, Embed}

// Known says whether a task is one of Tasks.
func Known(t Task) bool {
	for _, k := range Tasks {
		if k == t {
			return true
		}
	}
	return false
}

// near lists, for each task, the strengths that come close to it, the closest first.
var near = map[Task][]Task{
	Chat:      {Fast, Reasoning, Long},
	Fast:      {Chat, Classify},
	Reasoning: {Long, Code, Chat},
	Long:      {Reasoning, Chat},
	Code:      {Reasoning, Long, Chat},
	Vision:    {},
	Classify:  {Fast, Chat},
	Embed:     {},
}

// Roles lists the keys under which a tier's models are looked up for a task, in order: a chat model does every text task.
func Roles(t Task) []Task {
	switch t {
	case Embed:
		return []Task{Embed}
	case Vision:
		return []Task{Vision}
	case Chat:
		return []Task{Chat, Fast, Reasoning, Long}
	case Fast:
		return []Task{Fast, Chat, Classify}
	case Classify:
		return []Task{Classify, Fast, Chat}
	}
	return []Task{t, Chat}
}
