package main

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// ourWays are compared with plain pytest.
var ourWays = []way{ourWay(0, 1), ourWay(3, 1), ourWay(2, 2)}

// checkGenerated runs suites that are made from seeds, and reports the unexplained differences.
func checkGenerated(ctx context.Context, b bench, o options) (good bool, err error) {
	tally := tally{explained: map[string]int{}}
	err = inTurn(o.jobs, o.count, func(i int) (comparison, error) {
		return compareSeed(ctx, b, o.first+uint64(i))
	}, func(_ int, c comparison) { tally.tell(c, o.count == 1) })
	tally.summary(o.count)
	return tally.bad == 0 && o.count > 0, err
}

// comparison is what differs in a generated suite.
type comparison struct {
	seed  uint64
	suite generated
	found []difference
}

func compareSeed(ctx context.Context, b bench, seed uint64) (comparison, error) {
	c := comparison{seed: seed, suite: generate(seed)}
	return c, b.with(c.suite.suite, func(t stand) error {
		plain, err := t.run(ctx, plainWay)
		if err != nil {
			return err
		}
		for _, w := range ourWays {
			ours, err := t.run(ctx, w)
			if err != nil {
				return err
			}
			c.found = append(c.found, compare(c.suite, plain, ours)...)
		}
		return nil
	})
}

// tally counts what is found in all suites.
type tally struct {
	all, bad  int
	explained map[string]int
}

// tell prints a line for a suite with something unexplained. If it is the only suite, it prints
// everything.
func (t *tally) tell(c comparison, everything bool) {
	var bad []string
	for _, d := range c.found {
		t.all++
		if d.why == "" {
			bad = append(bad, d.String())
		} else {
			t.explained[d.why]++
		}
		if everything {
			fmt.Printf("%s\n       %s\n", d, cmp.Or(d.why, "NOT EXPLAINED"))
		}
	}
	t.bad += len(bad)
	if len(bad) > 0 {
		fmt.Printf("DIFFERENT: seed %d (%s): %s\n", c.seed, strings.Join(c.suite.what, "; "), shortened(bad))
	}
}

// shortened is a line of no more than a few.
func shortened(lines []string) string {
	const most = 3
	if len(lines) <= most {
		return strings.Join(lines, "; ")
	}
	return fmt.Sprintf("%s; and %d more", strings.Join(lines[:most], "; "), len(lines)-most)
}

func (t *tally) summary(suites int) {
	for _, why := range slices.Sorted(maps.Keys(t.explained)) {
		fmt.Printf("explained (%d): %s\n", t.explained[why], why)
	}
	fmt.Printf("generated: %d suites, %d differences, %d unexplained\n", suites, t.all, t.bad)
}
