package suite

import (
	"math/rand/v2"
	"time"
)

// The total durations of the tests. The suite that this one is modelled on took five to ten
// minutes, and its tests that call the API three to seven of them.
const (
	llmWork   = 285 * time.Second
	plainWork = 155 * time.Second
)

// llmDurations are between two and sixteen seconds; few are long.
func llmDurations(r *rand.Rand) []time.Duration {
	durations := make([]time.Duration, LLMCases)
	for i := range durations {
		u := r.Float64()
		durations[i] = 2*time.Second + time.Duration(14*u*u*float64(time.Second))
	}
	return addingUpTo(llmWork, durations)
}

// plainDurations are nothing or some milliseconds for most, a fraction of a
// second for many, and a second or two for a few.
func plainDurations(r *rand.Rand) []time.Duration {
	const all = Cases - LLMCases
	durations := make([]time.Duration, all)
	for i := range durations {
		switch {
		case i < 15:
			durations[i] = uniform(r, time.Second, 2*time.Second)
		case i < 465:
			durations[i] = uniform(r, 50*time.Millisecond, 550*time.Millisecond)
		case i < 765:
			durations[i] = uniform(r, 2*time.Millisecond, 10*time.Millisecond)
		}
	}
	r.Shuffle(all, func(i, j int) { durations[i], durations[j] = durations[j], durations[i] })
	return addingUpTo(plainWork, durations)
}

func uniform(r *rand.Rand, least, most time.Duration) time.Duration {
	return least + time.Duration(r.Int64N(int64(most-least)))
}

// addingUpTo scales durations to whole milliseconds that add up to total.
func addingUpTo(total time.Duration, durations []time.Duration) []time.Duration {
	var sum time.Duration
	for _, d := range durations {
		sum += d
	}
	scaled := make([]time.Duration, len(durations))
	for i, d := range durations {
		scaled[i] = time.Duration(float64(d) * float64(total) / float64(sum)).Round(time.Millisecond)
	}
	return scaled
}
