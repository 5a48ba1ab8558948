package nearest_test

import (
	"testing"

	"github.com/interlock-build/rules_interlock/internal/nearest"
)

func TestOf(t *testing.T) {
	known := []string{"host", "lock", "plan", "resources", "status", "timings"}
	for word, want := range map[string]string{
		"plna": "plan", "stat": "", "statsu": "status", "STATUS": "status", "timing": "timings", "lokc": "lock",
		"resource": "resources", "foo": "", "": "", "hot": "host", "check": "",
	} {
		if got := nearest.Of(word, known); got != want {
			t.Errorf("%q: got %q, want %q", word, got, want)
		}
	}
}
