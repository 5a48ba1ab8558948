package suites

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Server is a kind of server, which is a resource group in the workspace. Its programs are
// servers/start_NAME.sh, servers/reset_NAME.sh and servers/health_NAME.sh.
type Server struct {
	Name string
	// env are the variables of the group, as templates.
	env environment
}

var (
	postgres = Server{"postgres", environment{
		"PGDATABASE":        "services",
		"PGHOST":            "{socket_dir}",
		"PGUSER":            "postgres",
		"PGX_TEST_DATABASE": "host={socket_dir} user=postgres database=services",
	}}
	redis = Server{"redis", environment{
		"REDIS_PORT":        "{port}",
		"SERVICES_ARGUMENT": "-redis_addr={address}",
	}}
	servers = []Server{postgres, redis}
)

// Capacity is how many servers of a kind a group has.
const Capacity = 2

// variables returns the group's variables as templates, for servers that write to a log.
func (s Server) variables(log string) environment {
	return s.env.with(environment{
		"SERVICES_DIR": log, "SERVICES_GROUP": s.Name, "SERVICES_INSTANCE": "{id}", "SERVICES_UNIT": "{index}",
	})
}

// running is a server that was started without Bazel.
type running struct {
	command *exec.Cmd
	folder  string
	// env are the variables by which tests find it.
	env environment
}

// start starts a server by the program that is the setup of the group.
func (p Place) start(ctx context.Context, s Server) (r *running, err error) {
	folder, err := os.MkdirTemp("", "services") // a short path, for sockets
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(folder, 0o755); err != nil {
		return nil, err
	}
	known := strings.NewReplacer("{index}", "0", "{instance}", "0")
	r = &running{folder: folder, command: exec.CommandContext(ctx, filepath.Join(p.workspace(), "servers", "start_"+s.Name+".sh"))}
	var log bytes.Buffer
	r.command.Env = s.variables(p.log()).replaced(known).with(environment{"PATH": searchPath, "TEST_TMPDIR": folder}).list()
	r.command.Stderr = &log
	r.command.Cancel = func() error { return r.command.Process.Signal(syscall.SIGTERM) }
	r.command.WaitDelay = 30 * time.Second
	stdout, err := r.command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := r.command.Start(); err != nil {
		return nil, err
	}
	fields, err := readAnswer(stdout)
	if err != nil {
		return nil, fmt.Errorf("%s: %w; its log:\n%s", r.command.Path, errors.Join(err, r.stop()), log.String())
	}
	r.env = s.variables(p.log()).replaced(fields).replaced(known)
	return r, nil
}

// readAnswer reads what a setup prints, and returns what replaces the fields of templates.
func readAnswer(from io.Reader) (*strings.Replacer, error) {
	var answer struct{ Resources []map[string]string }
	if err := json.NewDecoder(from).Decode(&answer); err != nil {
		return nil, err
	}
	if len(answer.Resources) != 1 {
		return nil, fmt.Errorf("%d resources, not one", len(answer.Resources))
	}
	var pairs []string
	for name, value := range answer.Resources[0] {
		pairs = append(pairs, "{"+name+"}", value)
	}
	return strings.NewReplacer(pairs...), nil
}

// stop ends the server.
func (r *running) stop() error {
	_ = r.command.Process.Signal(syscall.SIGTERM) // Wait reports what this could not do
	_ = r.command.Wait()                          // a server that was told to end says so by its exit code
	return os.RemoveAll(r.folder)
}
