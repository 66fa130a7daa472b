package inference_test

import (
	"context"
	"fmt"
	"testing"

	"substrate/inference"
	"substrate/inference/budget"
	"substrate/inference/inferencetest"
	"substrate/inference/route"
)

// exampleServer stands for a server on the network, so that the examples run anywhere.
func exampleServer() *inferencetest.Server {
	s := inferencetest.New(&testing.B{}, inferencetest.LlamaServer, inferencetest.Model{Name: "gemma", Window: 2048, Vocab: 32000, Loaded: true})
	s.On(func(inferencetest.Call) inferencetest.Answer { return inferencetest.Answer{Text: "Every 14 months."} })
	return s
}

func exampleClient(s *inferencetest.Server) *inference.Client {
	c, err := inference.New([]inference.Tier{{Name: "box", URL: s.URL, API: inference.OpenAI,
		GoodAt: []inference.Task{route.Reasoning}, Models: map[inference.Task]string{route.Chat: "gemma"}}}, inference.Options{})
	if err != nil {
		panic(err)
	}
	return c
}

func ExampleClient_Chat() {
	server := exampleServer()
	defer server.Stop()
	c := exampleClient(server)
	defer c.Close()

	reply, err := c.Chat(context.Background(), inference.Request{
		Task:     route.Auto,
		Messages: []inference.Message{{Role: "user", Content: "How often is the pump serviced?"}},
	}, func(k inference.Chunk) error {
		fmt.Print(k.Text)
		return nil
	})
	if err != nil {
		panic(err)
	}
	fmt.Printf("\n%s on %s\n", reply.Model, reply.Tier)
	// Output:
	// Every 14 months.
	// gemma on box
}

func ExampleClient_Stream() {
	server := exampleServer()
	defer server.Stop()
	c := exampleClient(server)
	defer c.Close()

	for k, err := range c.Stream(context.Background(), inference.Request{Prompt: "The pump is serviced"}) {
		if err != nil {
			panic(err)
		}
		fmt.Print(k.Text)
	}
	// Output: Every 14 months.
}

func ExampleClient_Pack() {
	server := exampleServer()
	defer server.Stop()
	c := exampleClient(server)
	defer c.Close()

	p, err := c.Pack(context.Background(), "box", "", []budget.Part{
		{Kind: budget.System, Text: "Answer from the passages."},
		{Kind: budget.Drift, ID: "D-11", Text: "Correction: 14 months, not 12."},
		{Kind: budget.Passage, ID: "pump-guide@2#4.1", Text: "The pump is serviced every 12 months."},
		{Kind: budget.Question, Text: "How often?"},
	}, 256)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%d parts, %d cut, window %d, counted by the server: %v\n", len(p.Parts), len(p.Cut), p.Window, p.Exact)
	// Output: 4 parts, 0 cut, window 2048, counted by the server: true
}

func ExampleClient_Decide() {
	server := exampleServer()
	defer server.Stop()
	c := exampleClient(server)
	defer c.Close()

	d, err := c.Decide(context.Background(), inference.Request{Task: route.Auto, Messages: []inference.Message{{Role: "user", Content: "Explain why the pump failed and weigh both repairs."}}})
	if err != nil {
		panic(err)
	}
	fmt.Println(d.Tier, d.Task)
	// Output: box reasoning
}

func ExampleValidate() {
	err := inference.Validate([]inference.Tier{{Name: "box", URL: "box:11434", Models: map[inference.Task]string{route.Chat: "gemma"}}})
	fmt.Println(err)
	// Output: tiers[0] ("box"): url: "box:11434" is no http address: write it with http:// in front and the port behind, such as http://host:11434
}
