package suites

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strings"
)

// output returns what a program prints. Its error has what it printed to stderr.
func output(ctx context.Context, dir string, env []string, name string, args ...string) ([]byte, error) {
	var stderr bytes.Buffer
	command := exec.CommandContext(ctx, name, args...)
	command.Dir, command.Env, command.Stderr = dir, env, &stderr
	text, err := command.Output()
	if err != nil {
		err = fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, strings.TrimSpace(stderr.String()))
	}
	return text, err
}
