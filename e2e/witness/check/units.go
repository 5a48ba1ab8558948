package check

import "slices"

// checkUnits finds uses that were not granted the units that they need, or that took a unit that
// was in use.
func checkUnits(name string, g Group, uses []Use) (found Findings) {
	SweepUses(uses, func(underWay []Use) {
		others, u := underWay[:len(underWay)-1], underWay[len(underWay)-1]
		checkOwnUnits(name, g, u, &found)
		for _, other := range others {
			for _, unit := range common(u.Slots, other.Slots) {
				found.Add("units", "%s: unit %d is used at once by %s and %s", name, unit, other.By, u.By)
			}
		}
	})
	return found
}

// checkOwnUnits finds a use that was not granted the units that it needs.
func checkOwnUnits(name string, g Group, u Use, found *Findings) {
	want := u.Weight
	if u.Shared {
		want = 0
	}
	if len(u.Slots) != want {
		found.Add("units", "%s: %s uses %d units, and was given %v", name, u.By, want, u.Slots)
	}
	var instances []string
	for _, slot := range u.Slots {
		if slot < 0 || slot >= g.Capacity {
			found.Add("units", "%s: %s was given unit %d, which does not exist", name, u.By, slot)
		} else if len(g.Instances) > 0 {
			instances = append(instances, g.Instances[slot])
		}
	}
	if !slices.Equal(instances, u.Instances) {
		found.Add("units", "%s: %s was given %q as the units %v", name, u.By, u.Instances, u.Slots)
	}
}
