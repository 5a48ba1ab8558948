package cluster

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"golang.org/x/sys/unix"
)

// Machine says what is different on the machine of a worker. Each one has a host name of its own,
// its own /etc with a coordinator, /tmp, and build folders. It does not see those of other
// workers, nor the home folder of whoever starts Bazel.
type Machine struct {
	// Without are programs of /usr/bin and folders of /dev that are missing.
	Without []string `json:"without,omitempty"`
	// NoCoordinator leaves the coordinator out of /etc.
	NoCoordinator bool `json:"no_coordinator,omitempty"`
	// ByCertificate lets etcd take the user from the client's certificate, in place of a password.
	ByCertificate bool `json:"by_certificate,omitempty"`
	// User is the number of the user that runs actions; 0 means root.
	User uint32 `json:"user,omitempty"`
	// Environ is added to the environment of actions.
	Environ map[string]string `json:"environ,omitempty"`
	// Contained makes all actions of the worker die with it, as in a container.
	Contained bool `json:"contained,omitempty"`
}

// interlockDir is where a machine has its coordinator.
const interlockDir = "/etc/interlock"

func imageFile(name string) string { return filepath.Join(interlockDir, name) }

// enterMachine changes what this process sees. It is in a mount namespace of its own.
func (s workerSpec) enterMachine() error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("mount namespace: %w", err)
	}
	var errs []error
	if s.Machine.Contained {
		errs = append(errs, unix.Mount("proc", "/proc", "proc", 0, ""))
	}
	return errors.Join(append(errs, unix.Sethostname([]byte("executor-"+s.Name)), s.ownEtc(), s.hideFolders(), s.hidePrograms(), s.hideDevices())...)
}

// ownEtc puts a copy of /etc over /etc.
func (s workerSpec) ownEtc() error {
	etc := filepath.Join(s.Dir, "etc")
	if err := os.RemoveAll(etc); err != nil {
		return err
	}
	if output, err := exec.Command("cp", "-a", "/etc", etc).CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %s", err, output)
	}
	dir := filepath.Join(etc, "interlock")
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if !s.Machine.NoCoordinator {
		if err := s.copyCoordinator(dir); err != nil {
			return err
		}
	}
	return bind(etc, "/etc")
}

// copyCoordinator writes the coordinator's files to a folder, for the user that runs actions.
func (s workerSpec) copyCoordinator(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, file := range append([]string{s.Coordinator}, s.CoordinatorFiles...) {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		own := filepath.Join(dir, filepath.Base(file))
		if err := errors.Join(os.WriteFile(own, text, 0o600), os.Chown(own, int(s.Machine.User), int(s.Machine.User))); err != nil {
			return err
		}
	}
	return nil
}

// hideFolders leaves of the cluster's folder only what this machine may see, and empties others.
func (s workerSpec) hideFolders() error {
	var kept []string
	for _, dir := range []string{s.Dir, s.Shared} {
		file, err := os.Open(dir)
		if err != nil {
			return err
		}
		defer func() { _ = file.Close() }()
		kept = append(kept, "/proc/self/fd/"+strconv.Itoa(int(file.Fd())))
	}
	home, _ := os.UserHomeDir()
	for _, dir := range []string{s.Cluster, "/tmp", home} {
		if err := empty(dir); err != nil {
			return err
		}
	}
	for i, dir := range []string{s.Dir, s.Shared} {
		if err := errors.Join(os.MkdirAll(dir, 0o755), bind(kept[i], dir)); err != nil {
			return err
		}
	}
	return os.Chmod("/tmp", 0o1777)
}

// empty puts an empty folder over one that exists.
func empty(dir string) error {
	_, err := os.Stat(dir)
	if dir == "" || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "mode=755"); err != nil {
		return fmt.Errorf("hiding %s: %w", dir, err)
	}
	return nil
}

// hidePrograms makes programs impossible to find: a search for a program passes by what cannot be
// executed.
func (s workerSpec) hidePrograms() error {
	for _, name := range s.Machine.Without {
		program := filepath.Join("/usr/bin", name)
		if _, err := os.Stat(program); err != nil {
			continue
		}
		if err := bind("/dev/null", program); err != nil {
			return err
		}
	}
	return nil
}

// hideDevices replaces /dev by one that lacks a folder, if a folder of it is to be missing.
func (s workerSpec) hideDevices() error {
	for _, name := range s.Machine.Without {
		if info, err := os.Stat(filepath.Join("/dev", name)); err == nil && info.IsDir() {
			return s.ownDev()
		}
	}
	return nil
}

// ownDev puts a /dev with the usual devices, and nothing else, over /dev.
func (s workerSpec) ownDev() error {
	dev := filepath.Join(s.Dir, "dev")
	if err := os.MkdirAll(dev, 0o755); err != nil {
		return err
	}
	for _, name := range []string{"null", "zero", "full", "random", "urandom", "tty"} {
		file := filepath.Join(dev, name)
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			return err
		}
		if err := bind("/dev/"+name, file); err != nil {
			return err
		}
	}
	for name, target := range map[string]string{"fd": "/proc/self/fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2"} {
		if err := os.Symlink(target, filepath.Join(dev, name)); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return bind(dev, "/dev")
}

func bind(from, to string) error {
	if err := unix.Mount(from, to, "", unix.MS_BIND|unix.MS_REC, ""); err != nil {
		return fmt.Errorf("mounting %s at %s: %w", from, to, err)
	}
	return nil
}
