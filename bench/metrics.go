package bench

import (
	"math"
	"slices"
	"time"
)

// NDCG is the normalised discounted cumulative gain of the first k gains, in the order of the ranking. ideal are all gains that
// there are to be had. It is 0 when there are none.
func NDCG(gains, ideal []float64, k int) float64 {
	best := slices.Clone(ideal)
	slices.Sort(best)
	slices.Reverse(best)
	top := dcg(best, k)
	if top == 0 {
		return 0
	}
	return dcg(gains, k) / top
}

func dcg(gains []float64, k int) float64 {
	sum := 0.0
	for i, g := range gains[:min(k, len(gains))] {
		sum += g / math.Log2(float64(i)+2)
	}
	return sum
}

// Rank is the place, from 1, of the first that is right; 0 when none is.
func Rank(right []bool) int { return slices.Index(right, true) + 1 }

// Reciprocal is 1/rank, and 0 for rank 0.
func Reciprocal(rank int) float64 {
	if rank == 0 {
		return 0
	}
	return 1 / float64(rank)
}

// Percentile is the smallest of the times that at least p (0 to 1) of them do not exceed; 0 for no times.
func Percentile(times []time.Duration, p float64) time.Duration {
	if len(times) == 0 {
		return 0
	}
	s := slices.Clone(times)
	slices.Sort(s)
	return s[min(max(int(math.Ceil(p*float64(len(s))))-1, 0), len(s)-1)]
}
