package main

import witness "github.com/interlock-build/rules_interlock/e2e/witness/check"

// checkFences finds runs without a fencing token for a resource, with a token that is not greater
// than those of all runs that ended before, or with a token that another run has. The resources
// have capacity 1: with more, a run that already has its token may start after one with a greater
// token has ended.
func checkFences(uses map[string][]witness.Use, fenced []string) (found witness.Findings) {
	for _, name := range fenced {
		var alone []witness.Use
		for _, u := range uses[name] {
			if u.Fence == 0 {
				found.Add("fences", "%s has no token of %s", u.By, name)
			}
			u.Shared = false // whatever it does with the resource, no other may do it with its token
			alone = append(alone, u)
		}
		found = append(found, witness.Fences(name, witness.Group{Capacity: 1}, alone)...)
	}
	return found
}
