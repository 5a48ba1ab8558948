package build

import (
	"os"
	"path/filepath"
	"testing"
)

// It is filepath.EvalSymlinks, whatever links there are in a path.
func TestRealPathIsEvalSymlinks(t *testing.T) {
	dir := t.TempDir()
	for _, folder := range []string{"out/bin", "out/other", "sandbox/runfiles"} {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "out/bin/file"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for link, target := range map[string]string{
		"out/link":               "bin", // a folder
		"out/up":                 "bin/..",
		"sandbox/absolute":       dir + "/out/bin/file",
		"sandbox/runfiles/twice": dir + "/sandbox/absolute",
		"sandbox/relative":       "../out/bin/file",
		"sandbox/through":        dir + "/out/link/file",
		"sandbox/unclean":        dir + "/out/up/../out/bin/file",
		"sandbox/dangling":       dir + "/out/bin/none",
		"sandbox/cycle":          dir + "/sandbox/cycle",
	} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	folders := realFolders{}
	for _, path := range []string{
		"out/bin/file", "out/link/file", "sandbox/absolute", "sandbox/runfiles/twice", "sandbox/relative",
		"sandbox/through", "sandbox/unclean", "sandbox/dangling", "sandbox/cycle", "nowhere/file", "out/bin/none", "out/bin",
	} {
		path = filepath.Join(dir, path)
		want, wantErr := filepath.EvalSymlinks(path)
		got, err := folders.realPath(path)
		if got != want || (err == nil) != (wantErr == nil) {
			t.Errorf("%s: got %q, %v, want %q, %v", path, got, err, want, wantErr)
		}
	}
}
