package histories

import (
	"fmt"
	"strings"

	"github.com/anishathalye/porcupine"
	"github.com/interlock-build/rules_interlock/internal/group"
)

// mostUnits is the largest capacity that the model knows.
const mostUnits = 4

// kind is what an operation does to a group.
type kind string

const (
	// acquire acquires what is needed.
	acquire kind = "acquire"
	// release gives it back.
	release kind = "release"
	// expire is the release of a holder that is dead or has lost the group: it happens at some
	// time that nobody knows.
	expire kind = "expire"
)

// input is what an operation asks of one group. Its output is a group.Grant: for acquire what was
// granted, and empty for the others.
type input struct {
	group group.Group
	kind  kind
	// holding is the same number for what is acquired and given back together.
	holding int64
	need    group.Need
	// grant is what is given back.
	grant group.Grant
}

// state is the state of one group. It is comparable.
type state struct {
	owners  [mostUnits]int64 // the holding of each unit, 0 for none
	sharers int
	fence   int64 // the last one
}

// model is a fenced semaphore with readers and writers, one for each group. Either all groups
// have fences or none.
func model(fenced bool) porcupine.Model {
	return porcupine.Model{
		Partition: byGroup,
		Init:      func() any { return state{} },
		Step: func(s, in, out any) (bool, any) {
			return step(s.(state), in.(input), out.(group.Grant), fenced)
		},
		DescribeOperation: func(in, out any) string { return describe(in.(input), out.(group.Grant)) },
		DescribeState:     func(s any) string { return fmt.Sprintf("%+v", s) },
	}
}

// byGroup splits a history: groups are independent of one another.
func byGroup(history []porcupine.Operation) [][]porcupine.Operation {
	number := map[string]int{}
	var parts [][]porcupine.Operation
	for _, op := range history {
		label := op.Input.(input).group.Label
		n, ok := number[label]
		if !ok {
			n = len(parts)
			number[label] = n
			parts = append(parts, nil)
		}
		parts[n] = append(parts[n], op)
	}
	return parts
}

// step returns whether an operation can have the output in the state s, and the
// state after it.
func step(s state, in input, grant group.Grant, fenced bool) (bool, state) {
	if in.kind != acquire {
		return s.giveBack(in)
	}
	if fenced {
		if grant.Fence <= s.fence {
			return false, s
		}
		s.fence = grant.Fence
	} else if grant.Fence != 0 {
		return false, s
	}
	if in.need.Mode == group.Shared {
		return s.share(grant)
	}
	return s.take(in, grant)
}

func (s state) share(grant group.Grant) (bool, state) {
	if s.owners != (state{}).owners || len(grant.Slots) > 0 {
		return false, s
	}
	s.sharers++
	return true, s
}

func (s state) take(in input, grant group.Grant) (bool, state) {
	if s.sharers > 0 || len(grant.Slots) != in.need.Weight {
		return false, s
	}
	for _, slot := range grant.Slots {
		if slot < 0 || slot >= in.group.Capacity || s.owners[slot] != 0 {
			return false, s
		}
		s.owners[slot] = in.holding
	}
	return true, s
}

func (s state) giveBack(in input) (bool, state) {
	if in.need.Mode == group.Shared {
		s.sharers--
		return s.sharers >= 0, s
	}
	for _, slot := range in.grant.Slots {
		if s.owners[slot] != in.holding {
			return false, s
		}
		s.owners[slot] = 0
	}
	return true, s
}

// describe describes an operation, as in "5 acquires 2: slots [0 1], fence 7".
func describe(in input, grant group.Grant) string {
	var text strings.Builder
	fmt.Fprintf(&text, "%d %ss ", in.holding, in.kind)
	if in.need.Mode == group.Shared {
		text.WriteString("a share")
	} else {
		fmt.Fprint(&text, in.need.Weight)
	}
	if in.kind != acquire {
		grant = in.grant
	}
	if len(grant.Slots) > 0 {
		fmt.Fprintf(&text, ": slots %v", grant.Slots)
	}
	if grant.Fence != 0 {
		fmt.Fprintf(&text, ", fence %d", grant.Fence)
	}
	return text.String()
}
