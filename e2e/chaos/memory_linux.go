package main

import (
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/chaos/campaign"
	"github.com/interlock-build/rules_interlock/e2e/chaos/ownmemory"
	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
	"golang.org/x/sys/unix"
)

// strangers puts files and folders of another user where runners look, for a while.
func strangers(_ *world, random *rand.Rand) (bool, error) {
	if !ownmemory.Has() {
		return false, nil
	}
	stranger := 3000 + random.IntN(1000)
	path := filepath.Join(ownmemory.Path, fmt.Sprintf("interlock-%d", stranger))
	if err := os.Mkdir(path, 0o755); err != nil {
		return false, ignoreExisting(err)
	}
	defer func() { _ = os.RemoveAll(path) }()
	if err := errors.Join(litter(path, random), os.Chown(path, stranger, stranger)); err != nil {
		return false, err
	}
	time.Sleep(campaign.UpTo(longestStop, random))
	return true, nil
}

func ignoreExisting(err error) error {
	if errors.Is(err, fs.ErrExist) || errors.Is(err, unix.ENOSPC) {
		return nil
	}
	return err
}

// litter makes something that runners should not stumble over.
func litter(path string, random *rand.Rand) error {
	folder := filepath.Join(path, []string{"starts", "notices"}[random.IntN(2)])
	make := func(name, text string) error {
		return ignoreExisting(errors.Join(os.MkdirAll(folder, 0o755), os.WriteFile(filepath.Join(folder, name), []byte(text), 0o644)))
	}
	switch random.IntN(6) {
	case 0:
		return os.Chmod(path, 0o700)
	case 1:
		return ignoreExisting(os.WriteFile(folder, []byte("no folder"), 0o644))
	case 2:
		return ignoreExisting(errors.Join(os.MkdirAll(folder, 0o755), unix.Mkfifo(filepath.Join(folder, "fifo"), 0o644)))
	case 3:
		return errors.Join(make("sparse", ""), os.Truncate(filepath.Join(folder, "sparse"), 1<<40))
	case 4:
		return os.Symlink("/proc", folder)
	}
	for i := range 300 {
		if err := make(fmt.Sprint(i), "nonsense\n"); err != nil {
			return err
		}
	}
	return nil
}

// fillMemory leaves no room in the shared memory for a while, so that the starts of a rate cannot
// be written.
func fillMemory(w *world, random *rand.Rand) (done bool, err error) {
	if !ownmemory.Has() || !w.memory.TryLock() {
		return false, nil
	}
	defer w.memory.Unlock()
	var rated []string
	for name, g := range allGroups() {
		if g.Rate > 0 {
			rated = append(rated, name)
		}
	}
	if err := w.say(caselog.Break, "memory", rated...); err != nil {
		return false, err
	}
	defer func() { err = errors.Join(err, w.say(caselog.Mend, "memory", rated...)) }()
	file, err := os.CreateTemp(ownmemory.Path, "full")
	if err != nil {
		return false, ignoreExisting(err)
	}
	defer func() { _ = os.Remove(file.Name()); _ = file.Close() }()
	for block := make([]byte, 1<<20); len(block) > 1; {
		if _, err := file.Write(block); err != nil {
			block = block[:len(block)/2]
		}
	}
	time.Sleep(campaign.UpTo(longestStop, random))
	return true, nil
}
