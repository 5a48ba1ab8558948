package host

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The machine's folder comes before the user's own, and the variable before both.
func TestWhichFolder(t *testing.T) {
	for _, c := range []struct {
		name           string
		variable       string
		machine, own   bool // which exist
		isRoot         bool
		existing, toBe string // the part of the path, or of the error if there is a space in it
	}{
		{name: "nothing, and a user", existing: "neither ", toBe: "/own"},
		{name: "nothing, and root", isRoot: true, existing: "run `bazel run @rules_interlock//tools:interlock -- host init` once", toBe: "/machine"},
		{name: "the user's own", own: true, existing: "/own", toBe: "/own"},
		{name: "both", machine: true, own: true, existing: "/machine", toBe: "/machine"},
		{name: "the variable", variable: "/elsewhere", machine: true, existing: "/elsewhere", toBe: "/elsewhere"},
		{name: "a bad variable", variable: "else/../where", existing: "want an absolute path", toBe: "want an absolute path"},
		{name: "an empty variable", variable: " ", existing: "want an absolute path", toBe: "want an absolute path"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			p := places{filepath.Join(dir, "machine"), func() (string, error) { return filepath.Join(dir, "own"), nil }}
			for name, isThere := range map[string]bool{"machine": c.machine, "own": c.own} {
				if isThere {
					if err := os.Mkdir(filepath.Join(dir, name), 0o755); err != nil {
						t.Fatal(err)
					}
				}
			}
			lookup := func(name string) (string, bool) {
				return strings.TrimSpace(c.variable), name == Variable && c.variable != ""
			}
			got, err := p.existing(lookup)
			want(t, got, err, c.existing)
			got, err = p.folder(lookup, c.isRoot)
			want(t, got, err, c.toBe)
		})
	}
}

// want checks the end of a path, or a part of an error.
func want(t *testing.T, got string, err error, want string) {
	t.Helper()
	isError := strings.Contains(want, " ")
	if isError != (err != nil) || isError && !strings.Contains(err.Error(), want) || !isError && !strings.HasSuffix(got, want) {
		t.Errorf("%q, %v, want %q", got, err, want)
	}
}

// A test's HOME is nobody's.
func TestHomeIsNotAsked(t *testing.T) {
	t.Setenv("HOME", "/nowhere")
	folder, err := own()
	if err != nil {
		t.Skipf("this machine does not know its users: %v", err)
	}
	if strings.HasPrefix(folder, "/nowhere") || !strings.HasSuffix(folder, "/"+ownFolder) {
		t.Errorf("got %q", folder)
	}
}
