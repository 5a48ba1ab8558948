package build

import (
	"strings"
	"testing"
)

// What no test can make is a real path at the root, as a hermetic linux-sandbox
// has it; so this one tests the decision by itself.
func TestBazelOutIsThatOfAnOutputBase(t *testing.T) {
	const output = "pkg/db.turnstile.lock"
	for own, want := range map[string]string{
		"/base/execroot/_main/bazel-out/k8/bin/" + output:                         "/base/execroot/_main/bazel-out",
		"/execroot/_main/bazel-out/k8/bin/" + output:                              "",
		"/base/sandbox/linux-sandbox/7/execroot/_main/bazel-out/k8/bin/" + output: "",
		"/base/execroot/_main/bazel-out/k8/bin/a_test.runfiles/_main/" + output:   "",
		"/worker/root/bazel-out/k8/bin/" + output:                                 "",
		"/base/execroot/_main/bazel-out/k8/bin/other/" + "db.turnstile.lock":      "",
		"/base/execroot/_main/bazel-out/k8/bin/pkg/db.0.lock":                     "",
	} {
		got, ok := bazelOutOf(own, output)
		if ok != (want != "") || ok && got != want {
			t.Errorf("%s: %q, %v, want %q", own, got, ok, want)
		}
	}
}

func TestCopyErrorNamesTheStrategy(t *testing.T) {
	for path, want := range map[string]string{
		"/execroot/_main/bazel-out/k8/bin/a_test.runfiles/_main/pkg/db.turnstile.lock":        "lock file that a hermetic sandbox made: ",
		"/base/sandbox/linux-sandbox/7/execroot/_main/bazel-out/k8/bin/pkg/db.turnstile.lock": "lock file that the strategy linux-sandbox made: ",
		"/worker/root/bazel-out/k8/bin/pkg/db.turnstile.lock":                                 "lock file: ",
	} {
		if text := (&CopyError{Group: "//pkg:db", Path: path}).Error(); !strings.Contains(text, want) {
			t.Errorf("%s: %q, want %q in it", path, text, want)
		}
	}
}
