package child_test

import (
	"context"
	"sync"
	"testing"

	"github.com/interlock-build/rules_interlock/internal/child"
)

// A program that is just being started is no orphan of another one that ends meanwhile.
func TestProgramThatIsBeingStartedIsNoOrphan(t *testing.T) {
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			for range 1000 {
				r, err := child.Run(context.Background(), child.Command{Path: "/bin/true", Output: t.Output()})
				if err != nil || r.ExitCode != 0 {
					t.Errorf("%+v, %v", r, err)
					return
				}
			}
		})
	}
	both.Wait()
}
