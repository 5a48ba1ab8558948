package twice

import (
	"os"
	"testing"
)

// The external tests have a test of this name, which runs while this one is paused.
func TestSame(t *testing.T) {
	t.Parallel()
	if os.Getenv("BREAK") == "internal" {
		t.Error("the internal one is wrong")
	}
}
