package suites

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
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
		"REDIS_PORT":    "{port}",
		"SERVICES_FLAG": "redis_addr=127.0.0.1:{port}",
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
	log     bytes.Buffer
	// ended is closed when it has ended.
	ended chan struct{}
	// env are the variables by which tests find it.
	env environment
}

// start starts a server by the program that is the setup of the group, and waits until the one
// that is its health passes.
func (p Place) start(ctx context.Context, s Server) (*running, error) {
	folder, err := os.MkdirTemp("", "public-suites") // a short path, for sockets
	if err != nil {
		return nil, err
	}
	known, err := knownFields()
	if err != nil {
		return nil, err
	}
	r := &running{folder: folder, ended: make(chan struct{}), command: exec.CommandContext(ctx, p.program("start", s))}
	r.command.Env = s.variables(p.log()).replaced(known).with(environment{"PATH": searchPath, "TEST_TMPDIR": folder}).list()
	r.command.Stderr = &r.log
	r.command.Cancel = func() error { return r.command.Process.Signal(syscall.SIGTERM) }
	r.command.WaitDelay = 30 * time.Second
	stdout, err := r.command.StdoutPipe()
	if err == nil {
		err = errors.Join(os.Chmod(folder, 0o755), r.command.Start())
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	fields, err := readAnswer(stdout)
	go func() {
		_ = r.command.Wait() // a server that was told to end says so by its exit code
		close(r.ended)
	}()
	if err == nil {
		r.env = s.variables(p.log()).replaced(fields).replaced(known)
		err = r.await(ctx, p.program("health", s))
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.command.Path, errors.Join(err, r.stop()))
	}
	return r, nil
}

// program returns the path of what does something with a server.
func (p Place) program(does string, s Server) string {
	return filepath.Join(p.workspace(), "servers", does+"_"+s.Name+".sh")
}

// knownFields returns what replaces the fields of templates that are known before a server is
// started.
func knownFields() (*strings.Replacer, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	port := listener.Addr().(*net.TCPAddr).Port
	return strings.NewReplacer("{index}", "0", "{instance}", "0", "{port}", strconv.Itoa(port)), listener.Close()
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

// await waits until the server works.
func (r *running) await(ctx context.Context, health string) error {
	for {
		check := exec.CommandContext(ctx, health)
		check.Env = r.env.with(environment{"PATH": searchPath}).list()
		if check.Run() == nil {
			return nil
		}
		select {
		case <-r.ended:
			return errors.New("the server has ended")
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// stop ends the server. It is an error if that has ended by itself.
func (r *running) stop() error {
	early := false
	select {
	case <-r.ended:
		early = true
	default:
		_ = r.command.Process.Signal(syscall.SIGTERM) // it may have ended just now
	}
	<-r.ended
	if early {
		return errors.Join(fmt.Errorf("the server did not go on to the end; its log:\n%s", r.log.String()), os.RemoveAll(r.folder))
	}
	return os.RemoveAll(r.folder)
}
