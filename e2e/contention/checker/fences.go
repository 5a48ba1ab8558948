package main

// checkFences finds runs without a fencing token for a resource, with a token that is not greater
// than those of all runs that ended before, or with a token that another run has. The resources
// have capacity 1: with more, a run that already has its token may start after one with a greater
// token has ended.
func checkFences(records []record, fenced []string) findings {
	var found findings
	for _, name := range fenced {
		found = append(found, checkTokens(name, records)...)
	}
	return found
}

func checkTokens(name string, records []record) findings {
	var found findings
	owners, held := map[int64]run{}, map[run]int64{}
	var last int64 // the greatest token of those that ended
	for _, r := range records {
		if !r.start {
			last = max(last, held[r.run])
			continue
		}
		if !r.usesOf(name) {
			continue
		}
		token := r.fences[name]
		if owner, taken := owners[token]; token == 0 {
			found.add("fences", "%v has no token of %s", r.run, name)
		} else if taken {
			found.add("fences", "%v has the token %d of %s, as %v has", r.run, token, name, owner)
		} else if token < last {
			found.add("fences", "%v has the token %d of %s, after %v had %d", r.run, token, name, owners[last], last)
		}
		owners[token], held[r.run] = r.run, token
	}
	return found
}
