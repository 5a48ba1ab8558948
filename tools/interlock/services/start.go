package services

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/interlock-build/rules_interlock/internal/keeper"
	"github.com/interlock-build/rules_interlock/internal/service"
)

// start starts the unit's instance. It is a *service.SetupError if that fails.
func (u *unit) start(l *lending) error {
	key := attempt{l.use.Place, l.use.Digest}
	if err := u.keeper.failures.refusal(key); err != nil {
		return err
	}
	files, err := l.files()
	if err != nil {
		return err
	}
	u.set(keeper.Starting, l.use.Borrower)
	began := time.Now()
	if err := u.launch(l, files); err != nil {
		if l.ctx.Err() == nil {
			u.keeper.say("%s: %v", u.status.Name, err)
			u.keeper.failures.note(key, err)
		}
		return err
	}
	u.keeper.failures.forget(key)
	u.keeper.say("%s is up after %s", u.status.Name, time.Since(began).Round(time.Millisecond))
	u.made, u.lent = l.use, false
	u.mu.Lock()
	defer u.mu.Unlock()
	u.status.Started = time.Now()
	return nil
}

// launch runs the setup, whose runfiles exist as long as the instance.
func (u *unit) launch(l *lending, files []keeper.File) error {
	log, err := u.openLog()
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp(u.keeper.options.Dir, "unit-")
	if err != nil {
		return err
	}
	tree, err := makeTree(dir, files)
	if err != nil {
		_ = os.RemoveAll(dir)
		return err
	}
	spec := tree.place(l.use)
	i, err := service.Launch(u.keeper.patience, spec, service.Options{
		TmpDir: dir, LinkDir: u.keeper.options.LinkDir, Log: log, Gone: func() { _ = os.RemoveAll(dir) },
	})
	if err != nil {
		_ = os.RemoveAll(dir)
		return err
	}
	if err := i.Begin(l.ctx); err != nil {
		i.StopWithin(soon)
		return err
	}
	u.instance = i
	return nil
}

// openLog returns the log of the unit's instances.
func (u *unit) openLog() (*logFile, error) {
	if u.log != nil {
		return u.log, nil
	}
	log, err := openLogFile(u.keeper.logPath(u.status.Name))
	if err != nil {
		return nil, err
	}
	u.log = log
	u.mu.Lock()
	defer u.mu.Unlock()
	u.status.Log = log.path
	return log, nil
}

// logPath returns the path of a log. Units of two output bases, with logs of their own, may have one
// name.
func (k *Keeper) logPath(name string) string {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.logs == nil {
		k.logs = map[string]int{}
	}
	file := fileName(name)
	k.logs[file]++
	if n := k.logs[file]; n > 1 {
		file += fmt.Sprintf("~%d", n) // no other name has that character
	}
	return filepath.Join(k.options.Dir, "logs", file+".log")
}

// place puts a spec into the tree: its programs have runfiles paths, and the environment of a test
// says where the runfiles are.
func (t tree) place(use *keeper.Use) service.Spec {
	spec := use.Spec
	spec.Setup.Path = t.path(spec.Setup.Path)
	for _, p := range []**service.Program{&spec.Health, &spec.Reset} {
		if *p != nil {
			*p = &service.Program{Name: (*p).Name, Path: t.path((*p).Path)}
		}
	}
	spec.Dir = t.folder(use.Workspace)
	spec.Environ = slices.Concat(spec.Environ, []string{
		"JAVA_RUNFILES=" + string(t), "PYTHON_RUNFILES=" + string(t), "RUNFILES_DIR=" + string(t), "TEST_SRCDIR=" + string(t),
		"TEST_WORKSPACE=" + use.Workspace,
	})
	return spec
}
