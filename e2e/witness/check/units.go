package check

import (
	"slices"

	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
)

// checkUnits replays the uses of a group, and finds every start that took it beyond its capacity,
// mixed shared and exclusive users, or took a unit that was in use.
func checkUnits(name string, g Group, uses []use, found *Findings) {
	var active []use
	for _, u := range uses {
		active = slices.DeleteFunc(active, func(a use) bool { return a.until <= u.start.At })
		active = append(active, u)
		checkCapacity(name, g, active, found)
		checkOwnUnits(name, g, u, found)
		for _, other := range active[:len(active)-1] {
			for _, slot := range u.Slots {
				if slices.Contains(other.Slots, slot) {
					found.add("units", "%s: unit %d is used at once by %s and %s", name, slot, other, u)
				}
			}
		}
	}
}

func checkCapacity(name string, g Group, active []use, found *Findings) {
	units := 0
	var sharers, users []use
	for _, a := range active {
		if a.Shared {
			sharers = append(sharers, a)
		} else {
			users = append(users, a)
			units += a.Weight
		}
	}
	if units > g.Capacity {
		found.add("capacity", "%s, of capacity %d, is used at once by %s", name, g.Capacity, names(users))
	}
	if len(users) > 0 && len(sharers) > 0 {
		found.add("sharing", "%s is shared by %s, and used at once by %s", name, names(sharers), names(users))
	}
}

// checkOwnUnits finds a use that was not granted the units that it needs.
func checkOwnUnits(name string, g Group, u use, found *Findings) {
	want := u.Weight
	if u.Shared {
		want = 0
	}
	if len(u.Slots) != want {
		found.add("units", "%s: %s uses %d units, and was given %v", name, u, want, u.Slots)
	}
	var instances []string
	for _, slot := range u.Slots {
		if slot < 0 || slot >= g.Capacity {
			found.add("units", "%s: %s was given unit %d, which does not exist", name, u, slot)
		} else if len(g.Instances) > 0 {
			instances = append(instances, g.Instances[slot])
		}
	}
	if !slices.Equal(instances, u.Instances) {
		found.add("units", "%s: %s was given %q as the units %v", name, u, u.Instances, u.Slots)
	}
}

// checkRate finds windows in which too many uses begin, by the creation times of their processes.
// They were counted just before that, and the limit does not cover how long a process takes to
// write its first line. It ignores uses whose runner stood still around their start.
func checkRate(name string, g Group, uses []use, h *history, found *Findings) {
	if g.Rate == 0 {
		return
	}
	var starts []caselog.Instant
	for _, u := range uses {
		if at := u.start.At; !h.stopped(u.run, at.Add(-g.Window), at) {
			starts = append(starts, u.start.Born)
		}
	}
	slices.Sort(starts)
	for i := g.Rate; i < len(starts); i++ {
		if took := starts[i].Sub(starts[i-g.Rate]); took <= g.Window-caselog.Tick {
			found.add("rate", "%s: %d uses begin within %v, and %d may within %v", name, g.Rate+1, took, g.Rate, g.Window)
		}
	}
}

// checkFences finds tokens that several uses have, or that do not rise from one use to the next
// that could not overlap it. Only cases of one run that share a group may hold it together, with
// one token.
func checkFences(name string, uses []use, found *Findings) {
	holder := map[int64]use{}
	for i, u := range uses {
		if u.Fence == 0 {
			continue
		}
		if other, taken := holder[u.Fence]; taken && !(u.Shared && other.Shared && u.run == other.run) {
			found.add("fences", "%s: %s and %s have the token %d", name, other, u, u.Fence)
		}
		holder[u.Fence] = u
		for _, before := range uses[:i] {
			if before.until <= u.start.At && before.Fence > u.Fence && before.excludes(u) {
				found.add("fences", "%s: %s has the token %d, and %s after it %d", name, before, before.Fence, u, u.Fence)
			}
		}
	}
}
