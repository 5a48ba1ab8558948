package keeper

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash"
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
		files = append(files, File{Runfile: lines.Text(), Path: path})
	}
	return files, lines.Err()
}

// Seal sets the digest of a use, whose instance is made of files. A file that was written again
// counts as another one, since to read all of them would take longer than most setups.
func (u *Use) Seal(files []File) error {
	sum := sha256.New()
	spec, err := json.Marshal(u.Spec)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(sum, "%d %q %s\n", Version, u.Workspace, spec)
	for _, f := range files {
		if err := f.addTo(sum); err != nil {
			return err
		}
	}
	u.Digest = hex.EncodeToString(sum.Sum(nil)[:16])
	return nil
}

func (f File) addTo(sum hash.Hash) error {
	info, err := os.Stat(f.Path)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(sum, "%q %q %s %d %s\n", f.Runfile, f.Path, info.Mode(), info.Size(), identity(info))
	return nil
}
