package host

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

const fileContent = "A lock file of rules_interlock. Processes of this machine lock parts of it while they use what is scarce; " +
	"its content means nothing.\n"

// ErrExists is wrapped by the error of Init if the folder already exists and is as it should be.
var ErrExists = errors.New("is there already")

// Init makes the folder for locks, with all its files, or makes nothing.
func Init(folder string) error {
	if _, err := os.Lstat(folder); !errors.Is(err, fs.ErrNotExist) {
		if err == nil {
			err = check(folder)
		}
		if err == nil {
			err = checkForAll(folder)
		}
		if err == nil {
			err = fmt.Errorf("%s %w", folder, ErrExists)
		}
		return err
	}
	parent := filepath.Dir(folder)
	if err := makeParents(parent); err != nil {
		return err
	}
	if err := checkForAll(folder); err != nil {
		return err
	}
	fresh, err := os.MkdirTemp(parent, ".host-")
	if err != nil {
		return err
	}
	if err := errors.Join(fill(fresh), os.Chmod(fresh, 0o755)); err != nil {
		return errors.Join(err, os.RemoveAll(fresh))
	}
	if err := os.Rename(fresh, folder); err != nil {
		return errors.Join(err, os.RemoveAll(fresh))
	}
	return check(folder)
}

// checkForAll makes sure that all users can enter the folders above the machine's folder.
func checkForAll(folder string) error {
	if folder != known.machine {
		return nil
	}
	for above := filepath.Dir(folder); above != filepath.Dir(above); above = filepath.Dir(above) {
		info, err := os.Stat(above)
		if err != nil {
			return err
		}
		if mode := info.Mode().Perm(); mode&0o001 == 0 {
			return fmt.Errorf("%s has mode %04o, so other users cannot reach %s: run `chmod a+x %s`", above, mode, folder, above)
		}
	}
	return nil
}

// makeParents makes a folder and any missing folders above it. All users can read them, whatever
// the umask is.
func makeParents(folder string) error {
	if _, err := os.Lstat(folder); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := makeParents(filepath.Dir(folder)); err != nil {
		return err
	}
	if err := os.Mkdir(folder, 0o755); err != nil {
		if errors.Is(err, fs.ErrExist) { // made by another process, which sets its mode
			err = nil
		}
		return err
	}
	return os.Chmod(folder, 0o755)
}

// fill writes the files. All users can read them and nobody can write them, whatever the umask
// is.
func fill(folder string) error {
	for _, name := range fileNames() {
		path := filepath.Join(folder, name)
		if err := errors.Join(os.WriteFile(path, []byte(fileContent), 0o444), os.Chmod(path, 0o444)); err != nil {
			return err
		}
	}
	return nil
}
