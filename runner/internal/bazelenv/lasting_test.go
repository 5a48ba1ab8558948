package bazelenv_test

import (
	"slices"
	"testing"

	"github.com/interlock-build/rules_interlock/runner/internal/bazelenv"
)

func TestLastingIsTheSameForAllTests(t *testing.T) {
	common := []string{"HOME=/home/me", "LANG=C", "PATH=/bin", "PG_VERSION=18"}
	one := append(slices.Clone(common),
		"TEST_TARGET=//:a", "TEST_TMPDIR=/tmp/a", "TEST_SRCDIR=/run/a", "RUNFILES_DIR=/run/a", "PWD=/run/a/_main", "XML_OUTPUT_FILE=/x",
		"TEST_SHARD_INDEX=1", "INTERLOCK_SEED=1", "CACHE=/tmp/a/cache", "OWN=1", "TMPDIR=/tmp/a", "COVERAGE_DIR=/c", "SHLVL=2")
	other := append(slices.Clone(common), "TEST_TARGET=//:b", "TEST_TMPDIR=/tmp/b", "OWN=2", "PWD=/")
	for _, environ := range [][]string{one, other} {
		if got := bazelenv.Lasting(environ, []string{"OWN"}); !slices.Equal(got, common) {
			t.Errorf("%q, want %q", got, common)
		}
	}
}
