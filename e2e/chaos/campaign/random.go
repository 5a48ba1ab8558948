package campaign

import (
	"math/rand/v2"
	"time"
)

// Random returns the source of randomness for the n-th thing of a kind in a round of a seed.
func Random(seed, round int, kind string, n int) *rand.Rand {
	var of uint64
	for _, b := range []byte(kind) {
		of = of<<8 | uint64(b)
	}
	return rand.New(rand.NewPCG(uint64(seed)<<32|uint64(round), of<<32|uint64(n)))
}

// Pick returns one of some things; the zero value if there is none.
func Pick[T any](from []T, random *rand.Rand) (none T) {
	if len(from) == 0 {
		return none
	}
	return from[random.IntN(len(from))]
}

// UpTo returns a time of up to most.
func UpTo(most time.Duration, random *rand.Rand) time.Duration {
	return time.Duration(1 + random.Int64N(int64(most)))
}
