package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/interlock-build/rules_interlock/internal/coordinator"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster/etcdtest"
	"github.com/interlock-build/rules_interlock/tools/interlock/gate"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/metadata"
	"google.golang.org/protobuf/proto"
)

// variable has what a process of this program needs to be a gate.
const variable = "GATEBENCH"

type told struct {
	Coordinator coordinator.Config
	Target      string
}

// serveIfTold makes this process a gate, if it was started as one.
func serveIfTold() {
	text := os.Getenv(variable)
	if text == "" {
		return
	}
	if err := serve(text); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func serve(text string) error {
	var t told
	if err := json.Unmarshal([]byte(text), &t); err != nil {
		return err
	}
	server, err := gate.New(gate.Config{
		Coordinator: t.Coordinator, Patience: 10 * gate.DefaultPatience, LongestWait: gate.DefaultLongestWait,
		Log: func(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) },
	}, t.Target, nil)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(listener.Addr())
	ctx, cancel := context.WithCancel(context.Background())
	go func() { // with its parent
		_, _ = io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	return server.Serve(ctx, listener, nil)
}

// process is a gate in a process of its own.
type process struct {
	address string
	command *exec.Cmd
	stdin   io.Closer
}

func startGate(etcd *etcdtest.Cluster, namespace, target string) (*process, error) {
	config := etcd.Coordinator()
	config.Namespace = namespace
	text, err := json.Marshal(told{config, target})
	if err != nil {
		return nil, err
	}
	command := exec.Command(os.Args[0])
	command.Env = append(os.Environ(), variable+"="+string(text))
	command.Stderr = os.Stderr
	stdin, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	address, err := bufio.NewReader(stdout).ReadString('\n')
	return &process{strings.TrimSpace(address), command, stdin}, err
}

func (p *process) stop() {
	_ = p.stdin.Close()
	_ = p.command.Process.Kill()
	_ = p.command.Wait()
}

// memory is the resident set, by its name in /proc/PID/status, in bytes; 0 if it is not known.
func (p *process) memory(name string) int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.command.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			kb, _ := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kb << 10
		}
	}
	return 0
}

// client runs actions at an address, as Bazel does.
type client struct {
	connection *grpc.ClientConn
	header     string
}

func newClient(address, mnemonic string) *client {
	connection, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		panic(err) // the address is one that a listener has
	}
	header, _ := proto.Marshal(&repb.RequestMetadata{ActionMnemonic: mnemonic, TargetId: "//some/package:some_test"})
	return &client{connection, string(header)}
}

func (c *client) close() { _ = c.connection.Close() }

// run runs an action to its end.
func (c *client) run(ctx context.Context, digest *repb.Digest) error {
	ctx = metadata.AppendToOutgoingContext(ctx, "build.bazel.remote.execution.v2.requestmetadata-bin", c.header)
	stream, err := repb.NewExecutionClient(c.connection).Execute(ctx, &repb.ExecuteRequest{ActionDigest: digest})
	if err != nil {
		return err
	}
	for {
		message, err := stream.Recv()
		switch {
		case errors.Is(err, io.EOF):
			return errors.New("the stream has ended before the action")
		case err != nil:
			return err
		case message.GetDone():
			return nil
		}
	}
}

// needsOf returns the variables of a test that holds one of units of a group.
func needsOf(key string, capacity int) map[string]string {
	return map[string]string{gate.Variable: fmt.Sprintf(`[{"key":%q,"capacity":%d,"units":1}]`, "acme/"+key, capacity)}
}
