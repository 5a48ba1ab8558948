package services

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/interlock-build/rules_interlock/internal/keeper"
)

// tree is a folder with links to runfiles. Those of a test go away with its sandbox.
type tree string

// makeTree makes a tree in a folder. Programs look for runfiles in folders with such names.
func makeTree(in string, files []keeper.File) (tree, error) {
	t := tree(filepath.Join(in, "setup.runfiles"))
	made := map[string]bool{}
	for _, f := range files {
		if !filepath.IsLocal(f.Runfile) {
			return "", fmt.Errorf("%q is not a runfiles path", f.Runfile)
		}
		link := t.path(f.Runfile)
		if folder := filepath.Dir(link); !made[folder] {
			if err := os.MkdirAll(folder, 0o755); err != nil {
				return "", err
			}
			made[folder] = true
		}
		if err := os.Symlink(f.Path, link); err != nil {
			return "", err
		}
	}
	return t, nil
}

// path returns the path of a runfile.
func (t tree) path(runfile string) string {
	return filepath.Join(string(t), filepath.FromSlash(runfile))
}

// folder returns the folder of a repository's runfiles, in which programs run, and makes it if the
// repository has none.
func (t tree) folder(repository string) string {
	folder := t.path(repository)
	if os.MkdirAll(folder, 0o755) != nil {
		return string(t)
	}
	return folder
}

// fileName turns the name of a unit into a file name.
func fileName(name string) string {
	return strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '_', r == '.':
			return r
		}
		return '-'
	}, name), "-")
}
