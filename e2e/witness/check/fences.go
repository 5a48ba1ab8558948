package check

// Fences finds tokens that several uses have, or that do not rise from one use to the next that
// could not overlap it. Only cases of one run that share a group may hold it together, with one
// token. Uses without a token are not its matter.
func Fences(name string, g Group, uses []Use) (found Findings) {
	holder := map[int64]Use{}
	for i, u := range uses {
		if u.Fence == 0 {
			continue
		}
		if other, taken := holder[u.Fence]; taken && !(u.Shared && other.Shared && u.Run == other.Run) {
			found.Add("fences", "%s has the token %d of %s, as %s has", u.By, u.Fence, name, other.By)
		}
		holder[u.Fence] = u
		if before := greatest(uses[:i], u, g); before.Fence > u.Fence {
			found.Add("fences", "%s has the token %d of %s, after %s had %d", u.By, u.Fence, name, before.By, before.Fence)
		}
	}
	return found
}

// greatest returns the use with the greatest token among those that had ended when u began, and
// could not overlap it.
func greatest(uses []Use, u Use, g Group) (most Use) {
	for _, before := range uses {
		if before.Until <= u.From && before.Fence > most.Fence && before.excludes(u, g) {
			most = before
		}
	}
	return most
}
