package build

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Only a file in a real output base is not a copy, whatever its path looks like; and an output
// base may be in the sandbox of another Bazel.
func TestBazelOutIsThatOfAnOutputBase(t *testing.T) {
	const output = "pkg/db.queue.lock"
	dir := t.TempDir()
	for _, base := range []string{"base", "sandbox/linux-sandbox/7/execroot/_main/tmp/base", "sandbox/linux-sandbox/8"} {
		if err := os.MkdirAll(filepath.Join(dir, base, "server"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for own, want := range map[string]string{
		"/base/execroot/_main/bazel-out/k8/bin/" + output:                                            "/base/execroot/_main/bazel-out",
		"/sandbox/linux-sandbox/7/execroot/_main/tmp/base/execroot/_main/bazel-out/k8/bin/" + output: "/sandbox/linux-sandbox/7/execroot/_main/tmp/base/execroot/_main/bazel-out",
		"/new-backend/12/execroot/_main/bazel-out/k8/bin/" + output:                                  "",
		"/sandbox/linux-sandbox/7/execroot/_main/bazel-out/k8/bin/" + output:                         "",
		"/sandbox/linux-sandbox/8/execroot/_main/bazel-out/k8/bin/" + output:                         "",
		"/worker/root/bazel-out/k8/bin/" + output:                                                    "",
		"/base/execroot/_main/bazel-out/k8/bin/other/" + "db.queue.lock":                             "",
		"/base/execroot/_main/bazel-out/k8/bin/a_test.runfiles/_main/" + output:                      "",
		"/base/execroot/_main/bazel-out/k8/bin/pkg/db.0.lock":                                        "",
	} {
		if want != "" {
			want = dir + want
		}
		got, ok := bazelOutOf(dir+own, output)
		if ok != (want != "") || ok && got != want {
			t.Errorf("%s: %q, %v, want %q", own, got, ok, want)
		}
	}
	if _, ok := bazelOutOf("/execroot/_main/bazel-out/k8/bin/"+output, output); ok {
		t.Error("a hermetic sandbox is taken for an output base")
	}
}

func TestCopyErrorNamesTheStrategy(t *testing.T) {
	for path, want := range map[string]string{
		"/execroot/_main/bazel-out/k8/bin/a_test.runfiles/_main/pkg/db.queue.lock":        "lock file that a hermetic sandbox made: ",
		"/base/sandbox/linux-sandbox/7/execroot/_main/bazel-out/k8/bin/pkg/db.queue.lock": "lock file that the strategy linux-sandbox made: ",
		"/execroot/_main/bazel-out/k8/bin/pkg/db.queue.lock":                              "lock file that a hermetic sandbox made: ",
		"/worker/root/bazel-out/k8/bin/pkg/db.queue.lock":                                 "lock file: ",
	} {
		if text := (&CopyError{Group: "//pkg:db", Path: path}).Error(); !strings.Contains(text, want) {
			t.Errorf("%s: %q, want %q in it", path, text, want)
		}
	}
}
