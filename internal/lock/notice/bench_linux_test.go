package notice

import (
	"testing"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
)

// BenchmarkAcquire measures an uncontended acquisition and its release, with and without
// publishing.
func BenchmarkAcquire(b *testing.B) {
	inner := &fake{}
	told := New(inner, []group.Group{db}, NewPublisher(func(err error) { b.Error(err) }))
	for name, locker := range map[string]lock.Locker{"alone": inner, "told": told} {
		b.Run(name, func(b *testing.B) {
			needs, ctx := []group.Need{need(db, 1)}, as(b.Context(), "TestX")
			for b.Loop() {
				held, err := locker.Acquire(ctx, needs)
				if err != nil {
					b.Fatal(err)
				}
				held.Release()
			}
		})
	}
}
