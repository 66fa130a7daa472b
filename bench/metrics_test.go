package bench

import (
	"math"
	"testing"
	"time"
)

func TestNDCG(t *testing.T) {
	for _, c := range []struct {
		gains, ideal []float64
		k            int
		want         float64
	}{
		{[]float64{1}, []float64{1}, 10, 1},
		{[]float64{0, 1}, []float64{1}, 10, 0.63093},
		{[]float64{0, 0, 1}, []float64{1}, 10, 0.5},
		{[]float64{0, 0, 1}, []float64{1}, 2, 0},
		// 3 + 2/log2(3) + 3/2 + 1/log2(6) + 2/log2(7) = 6.86113 of 3 + 3/log2(3) + 2/2 + 2/log2(5) + 1/log2(6) = 7.14100.
		{[]float64{3, 2, 3, 0, 1, 2}, []float64{3, 2, 3, 0, 1, 2}, 6, 0.96081},
		{nil, nil, 10, 0},
	} {
		if got := NDCG(c.gains, c.ideal, c.k); math.Abs(got-c.want) > 1e-4 {
			t.Errorf("NDCG(%v, %v, %d) = %.5f, want %.5f", c.gains, c.ideal, c.k, got, c.want)
		}
	}
}

func TestRankAndPercentile(t *testing.T) {
	if Rank([]bool{false, false, true, true}) != 3 || Rank([]bool{false}) != 0 || Rank(nil) != 0 {
		t.Error("rank")
	}
	if Reciprocal(4) != 0.25 || Reciprocal(0) != 0 {
		t.Error("reciprocal rank")
	}
	times := []time.Duration{5, 1, 4, 2, 3}
	if Percentile(times, 0.5) != 3 || Percentile(times, 0.95) != 5 || Percentile(times, 0) != 1 || Percentile(nil, 0.5) != 0 {
		t.Error("percentile")
	}
}
