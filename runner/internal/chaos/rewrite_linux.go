package main

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"

	"github.com/interlock-build/rules_interlock/runner/internal/chaos/caselog"
)

// rewriting writes the lock files of a group in an output base again, as Bazel does after
// `bazel clean` or without its action cache: in all configurations, so that those who hold
// the group lose it, or in one, so that they do not. What a rate remembers is not in those
// files, so a group with a rate is left alone.
func rewriting(bazelOut string) func(*world, *rand.Rand) (bool, error) {
	return func(w *world, random *rand.Rand) (bool, error) {
		names := slices.DeleteFunc(slices.Sorted(maps.Keys(groups)), func(name string) bool { return groups[name].Rate > 0 })
		name := names[random.IntN(len(names))]
		which := configurations
		if random.IntN(2) == 0 {
			n := random.IntN(len(configurations))
			which = configurations[n : n+1]
		}
		say := func(event caselog.Event) error {
			if len(which) < len(configurations) {
				return nil
			}
			return w.log.Write(caselog.Record{Event: event, At: caselog.Now(), Run: "files", Uses: []caselog.Use{{Group: name}}})
		}
		for i, c := range which {
			if i == len(which)-1 {
				// From here on nobody who holds the group may exclude anybody.
				if err := say(caselog.Rewrite); err != nil {
					return false, err
				}
			}
			for _, file := range lockFiles(name) {
				if err := rewrite(filepath.Join(bazelOut, c, "bin/r", file), random); err != nil {
					return false, err
				}
			}
		}
		return true, say(caselog.Rewritten)
	}
}

func rewrite(path string, random *rand.Rand) error {
	fresh := fmt.Sprintf("%s.%d", path, random.Int64())
	if err := makeLockFile(fresh); err != nil {
		return err
	}
	return os.Rename(fresh, path)
}

func makeLockFile(path string) error { return os.WriteFile(path, []byte("a lock file\n"), 0o444) }
