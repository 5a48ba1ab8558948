package app

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/interlock-build/rules_interlock/runner/internal/bazelenv"
	"github.com/interlock-build/rules_interlock/runner/internal/report"
)

// makePromises writes the files that Bazel needs before anything can go wrong. They say that this
// runner shards, and that it has not ended yet.
func makePromises(env bazelenv.Env) error {
	for _, path := range []string{env.Shard.StatusFile, env.PrematureExit} {
		if path == "" {
			continue
		}
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			return fmt.Errorf("telling Bazel about this runner: %w", err)
		}
	}
	return nil
}

// keepPromise is the last act of a runner that ends in an orderly way. If the file cannot be
// removed, Bazel 8 and later fails the test, and nobody else says why.
func keepPromise(p invocation, env bazelenv.Env, code int) int {
	if env.PrematureExit == "" {
		return code
	}
	err := os.Remove(env.PrematureExit)
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return code
	}
	err = fmt.Errorf("telling Bazel that this runner has ended: %w", err)
	complain(p, err)
	noteInfrastructureFailure(p, env, err.Error())
	return cmp.Or(code, report.ExitInfrastructure)
}

// noteInfrastructureFailure writes the file that distinguishes such a failure from the test's
// own: a line with the component, then one with the description.
func noteInfrastructureFailure(p invocation, env bazelenv.Env, message string) {
	if env.InfrastructureFailure == "" {
		return
	}
	if err := os.WriteFile(env.InfrastructureFailure, []byte("interlock\n"+message+"\n"), 0o644); err != nil {
		complain(p, err)
	}
}

// complain writes an error to the log.
func complain(p invocation, err error) { say(p, "error: "+err.Error()) }

// say writes a line of the runner's own to the log.
func say(p invocation, line string) {
	_, _ = io.WriteString(p.stdout, report.Prefix+line+"\n")
}
