package service

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// maxFolder is the longest path of a folder, so that most of the 107 bytes of a socket's path are
// left (unix(7)). Below Bazel's TEST_TMPDIR no path is that short.
const maxFolder = 40

// folder is a new folder that lives as long as an instance.
type folder struct {
	// path is short: if the folder's own path is long, it is the path of a link to the folder.
	path string
	real string
}

// newFolder makes a folder in another one, and a link to it in links if its path is long. "" means
// the system's folder for temporary files.
func newFolder(in, links string) (folder, error) {
	if in == "" {
		in = os.TempDir()
	}
	dir, err := "", os.MkdirAll(in, 0o755)
	if err == nil {
		dir, err = os.MkdirTemp(in, "instance-")
	}
	if err != nil {
		return folder{}, fmt.Errorf("folder of the instance: %w", err)
	}
	f := folder{path: dir, real: dir}
	if len(dir) <= maxFolder || runtime.GOOS == "windows" {
		return f, nil
	}
	if f.path, err = linkTo(dir, links); err != nil {
		_ = os.RemoveAll(dir)
		return folder{}, fmt.Errorf("short path for the folder of the instance: %w", err)
	}
	return f, nil
}

// linkTo makes a link with a short path in a new folder below links: anybody can take names in the
// system's folder.
func linkTo(dir, links string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	own, err := os.MkdirTemp(links, "il")
	if err != nil {
		return "", err
	}
	link := filepath.Join(own, "t")
	if err := os.Symlink(dir, link); err != nil {
		_ = os.Remove(own)
		return "", err
	}
	return link, nil
}

func (f folder) remove() {
	if f.path != f.real {
		_ = os.RemoveAll(filepath.Dir(f.path))
	}
	_ = os.RemoveAll(f.real)
}
