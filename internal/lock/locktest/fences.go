package locktest

import (
	"testing"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
)

// Every holding of a group has a higher fence than all earlier ones of any participant, whether
// alone or beside others, shared or not.
func testFences(t *testing.T, impl Implementation) {
	open := impl.NewSpace(t, groups)
	last := map[string]int64{}
	hold := func(locker lock.Locker, needs []group.Need) lock.Held {
		held := acquire(t, locker, needs)
		for label, grant := range held.Grants() {
			switch {
			case !impl.Fences && grant.Fence != 0:
				t.Errorf("%s: fence %d of an implementation that has none", label, grant.Fence)
			case impl.Fences && grant.Fence <= last[label]:
				t.Errorf("%s: fence %d after %d", label, grant.Fence, last[label])
			}
			last[label] = grant.Fence
		}
		return held
	}
	one, other := open(), open()
	for range 3 {
		first, second := hold(one, exclusive(port, 1)), hold(other, exclusive(port, 1))
		second.Release()
		hold(one, append(exclusive(db, 1), exclusive(port, 1)...)).Release()
		first.Release()
		reader, beside := hold(other, shared(port)), hold(one, shared(port))
		reader.Release()
		beside.Release()
	}
}
