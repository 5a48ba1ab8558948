package check

import "time"

// checkLosses finds cases that continue for too long after their lock files were replaced. A
// runner that stood still could not notice that.
func checkLosses(h *history, found *Findings) (lost int, longest time.Duration) {
	for _, holding := range h.holdings {
		at, isLost := h.lost(holding)
		if !isLost || !holding.heldBefore(at) {
			continue
		}
		lost++
		wentOn := holding.last.Sub(at)
		if h.stopped(holding.run, at, holding.last) {
			continue
		}
		longest = max(longest, wentOn)
		if wentOn > noticing {
			found.Add("losses", "%s/%s goes on for %v after its lock files were written again", holding.run, holding.name, wentOn)
		}
	}
	return lost, longest
}

// passedLost reports whether a case reached its end after it had lost its groups.
func (h *history) passedLost(holding *holding) bool {
	for _, u := range holding.start.Uses {
		for i, at := range h.rewrites[u.Group] {
			done := h.rewritten[u.Group]
			if i < len(done) && holding.heldBefore(at) && done[i] < holding.last {
				return true
			}
		}
	}
	return false
}
