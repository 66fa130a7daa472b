package inference_test

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"substrate/inference"
)

// client makes a client without background probes, closed when the test ends, and sees that no goroutine of it is left.
func client(tb testing.TB, tiers []inference.Tier, o inference.Options) *inference.Client {
	tb.Helper()
	if o.ProbeEvery == 0 {
		o.ProbeEvery = -1
	}
	c, err := inference.New(tiers, o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := c.Close(); err != nil {
			tb.Error(err)
		}
		if left := ours(); left != "" {
			tb.Errorf("goroutines left after Close:\n%s", left)
		}
	})
	return c
}

// ours lists goroutines that run this package's code (tests and the server for tests aside) and do not go: one that has
// said that it is done may need a moment to be gone.
func ours() string {
	left := running()
	for range 300 {
		if left == "" {
			break
		}
		time.Sleep(10 * time.Millisecond)
		left = running()
	}
	return left
}

func running() string {
	buf := make([]byte, 1<<20)
	buf = buf[:runtime.Stack(buf, true)]
	var left []string
	for _, g := range strings.Split(string(buf), "\n\n") {
		if strings.Contains(g, "substrate/inference.") || strings.Contains(g, "substrate/inference/wire.") {
			if !strings.Contains(g, "testing.tRunner") && !strings.Contains(g, "inference_test.") {
				left = append(left, g)
			}
		}
	}
	return strings.Join(left, "\n\n")
}
