package manifest

import "github.com/interlock-build/rules_interlock/internal/group"

// Use says how some cases use a group.
type Use struct {
	// Glob matches the names of the cases.
	Glob string `json:"glob"`
	// Weight is the number of units that each of them takes, at least 1.
	Weight int `json:"weight"`
	// Mode is "exclusive" or "shared".
	Mode group.Mode `json:"mode"`
}

// Need returns what each of the cases must hold of the group with this label.
func (u Use) Need(label string) group.Need {
	return group.Need{Group: label, Weight: u.Weight, Mode: u.Mode}
}
