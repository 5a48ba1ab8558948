package bazelenv

import (
	"slices"
	"strings"
)

// ours are the variables that the runner handles itself and a case must not see. A child that
// shards or filters again would drop cases. A child that writes test.xml or removes the
// premature-exit file would speak for the whole test.
var ours = []string{
	"TEST_TOTAL_SHARDS", "TEST_SHARD_INDEX", "TEST_SHARD_STATUS_FILE",
	"GTEST_TOTAL_SHARDS", "GTEST_SHARD_INDEX", "GTEST_SHARD_STATUS_FILE",
	"TESTBRIDGE_TEST_ONLY", "TESTBRIDGE_TEST_RUNNER_FAIL_FAST",
	"XML_OUTPUT_FILE", "TEST_PREMATURE_EXIT_FILE",
}

// ourPrefix begins the names of variables that set the runner's options.
const ourPrefix = "INTERLOCK_"

// ForChild returns environ, a list of NAME=value, without the variables that are only for the
// runner, and with the variables of set added or replaced.
func ForChild(environ []string, set map[string]string) []string {
	child := slices.DeleteFunc(slices.Clone(environ), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		_, replaced := set[name]
		return replaced || strings.HasPrefix(name, ourPrefix) || slices.Contains(ours, name)
	})
	for name, value := range set {
		child = append(child, name+"="+value)
	}
	slices.Sort(child)
	return child
}
