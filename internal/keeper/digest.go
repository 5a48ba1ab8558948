package keeper

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
)

// Files returns the runfiles that a list names, one a line, and where they are. resolve returns the
// path of a runfile.
func Files(list string, resolve func(runfile string) (string, error)) (files []File, err error) {
	opened, err := os.Open(list)
	if err != nil {
		return nil, err
	}
	defer func() { _ = opened.Close() }()
	lines := bufio.NewScanner(opened)
	for lines.Scan() {
		path, err := resolve(lines.Text())
		if err != nil {
			return nil, err
		}
		// A sandbox has links to the files.
		if path, err = filepath.EvalSymlinks(path); err != nil {
			return nil, err
		}
		file, err := FileAt(lines.Text(), path)
		if err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	return files, lines.Err()
}

// FileAt returns the runfile that is at a path now. If it is written again, it is another one: to
// read all of them would take longer than most setups.
func FileAt(runfile, path string) (File, error) {
	info, err := os.Stat(path)
	if err != nil {
		return File{}, err
	}
	return File{
		Runfile: runfile, Path: path,
		version: fmt.Sprintf("%q %q %s %d %s", runfile, path, info.Mode(), info.Size(), identity(info)),
	}, nil
}

// Seal sets the digest of a use, whose instance is made of files that are from FileAt.
func (u *Use) Seal(files []File) error {
	sum := sha256.New()
	spec, err := json.Marshal(u.Spec)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(sum, "%d %q %s\n", Version, u.Workspace, spec)
	for _, f := range files {
		_, _ = fmt.Fprintln(sum, f.version)
	}
	u.Digest = hex.EncodeToString(sum.Sum(nil)[:16])
	return nil
}
