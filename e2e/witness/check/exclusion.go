package check

import "github.com/interlock-build/rules_interlock/e2e/witness/caselog"

// Exclusion finds every start that took a group beyond its capacity, or mixed shared and exclusive
// users of it.
func Exclusion(name string, g Group, uses []Use) (found Findings) {
	SweepUses(uses, func(underWay []Use) {
		now := UsageOf(underWay)
		if now.Units > g.Capacity {
			found.Add("capacity", "%s, of capacity %d, is used at once by %s", name, g.Capacity, names(now.Users))
		}
		if len(now.Users) > 0 && len(now.Sharers) > 0 {
			found.Add("sharing", "%s is shared by %s, and used at once by %s", name, names(now.Sharers), names(now.Users))
		}
	})
	return found
}

// SweepUses is Sweep for the time in which uses of a group count.
func SweepUses(uses []Use, seen func(underWay []Use)) {
	Sweep(uses, func(u Use) (from, until caselog.Instant) { return u.From, u.Until }, seen)
}

// Usage is how much of a group is used at a moment, and by which uses.
type Usage struct {
	Units          int
	Users, Sharers []Use
}

// UsageOf returns what the uses of a group that are under way at a moment amount to.
func UsageOf(underWay []Use) (now Usage) {
	for _, u := range underWay {
		if u.Shared {
			now.Sharers = append(now.Sharers, u)
			continue
		}
		now.Users = append(now.Users, u)
		now.Units += u.Weight
	}
	return now
}
