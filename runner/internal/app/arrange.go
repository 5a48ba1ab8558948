package app

import (
	"fmt"
	"math/rand/v2"

	"github.com/interlock-build/rules_interlock/internal/options"
	"github.com/interlock-build/rules_interlock/internal/schedule"
)

// repeated returns each case as often as it has to run.
func repeated(cases []schedule.Case, times int) []schedule.Case {
	if times == 1 {
		return cases
	}
	var all []schedule.Case
	for number := range times {
		for _, c := range cases {
			c.Run = number + 1
			all = append(all, c)
		}
	}
	return all
}

// maxSeed keeps seeds short, since people type them.
const maxSeed = 1_000_000

// chooseSeed returns s with a seed, which it prints.
func chooseSeed(p invocation, s options.Shuffle) options.Shuffle {
	if !s.On {
		return s
	}
	if s.Seed == 0 {
		s.Seed = 1 + rand.Int64N(maxSeed)
	}
	say(p, fmt.Sprintf("cases run in random order; the same again: --test_arg=%sshuffle=%d", options.ArgPrefix, s.Seed))
	return s
}

// shuffle puts cases into the random order of a seed.
func shuffle(cases []schedule.Case, seed int64) {
	r := rand.New(rand.NewPCG(uint64(seed), 0))
	r.Shuffle(len(cases), func(i, j int) { cases[i], cases[j] = cases[j], cases[i] })
}
