package bazelenv

import (
	"slices"
	"strings"
)

// ofOneTest are variables whose values are those of one test, of one attempt of it or of one folder,
// beside all that begin with one of the prefixes.
var (
	ofOneTest = []string{
		"BAZEL_TEST", "BUILD_EXECROOT", "COVERAGE", "GTEST_TMP_DIR", "JAVA_RUNFILES", "LCOV_MERGER", "OLDPWD", "PWD",
		"PYTHON_RUNFILES", "RUNFILES_DIR", "RUNFILES_MANIFEST_FILE", "RUNFILES_MANIFEST_ONLY", "RUN_UNDER_RUNFILES", "SHLVL",
		"SPLIT_COVERAGE_POST_PROCESSING", "TMPDIR", "XML_OUTPUT_FILE", "_",
	}
	prefixesOfOneTest = []string{"TEST_", "TESTBRIDGE_", "COVERAGE_", "GTEST_SHARD_", "GTEST_TOTAL_", "BUILD_", ourPrefix}
	folders           = []string{"TEST_TMPDIR", "TEST_SRCDIR", "RUNFILES_DIR", "PWD"}
)

// Lasting returns those variables of environ, a list of NAME=value, that mean the same to whatever
// outlives the test: without those of one test, among them own, and without values that have one of
// its folders.
func Lasting(environ, own []string) []string {
	var gone []string
	for _, entry := range environ {
		if name, value, _ := strings.Cut(entry, "="); slices.Contains(folders, name) && len(value) > 1 {
			gone = append(gone, value)
		}
	}
	lasting := slices.DeleteFunc(slices.Clone(environ), func(entry string) bool {
		name, value, _ := strings.Cut(entry, "=")
		return slices.Contains(ofOneTest, name) || slices.Contains(own, name) ||
			slices.ContainsFunc(prefixesOfOneTest, func(prefix string) bool { return strings.HasPrefix(name, prefix) }) ||
			slices.ContainsFunc(gone, func(folder string) bool { return strings.Contains(value, folder) })
	})
	slices.Sort(lasting)
	return lasting
}
