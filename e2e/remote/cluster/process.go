package cluster

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// partVariable has the part that a process is to become, in JSON.
const partVariable = "REMOTE_CLUSTER_PART"

// part says what a process is to become: one of these.
type part struct {
	Server *serverSpec `json:"server,omitempty"`
	Gate   *gateSpec   `json:"gate,omitempty"`
	Worker *workerSpec `json:"worker,omitempty"`
}

// becomePart runs the part that the environment names, if it names one.
func becomePart() {
	order := os.Getenv(partVariable)
	if order == "" {
		return
	}
	var p part
	err := json.Unmarshal([]byte(order), &p)
	_ = os.Unsetenv(partVariable)
	switch {
	case err != nil:
	case p.Server != nil:
		err = p.Server.run()
	case p.Gate != nil:
		err = p.Gate.run()
	case p.Worker != nil:
		err = p.Worker.run()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// Process is a process of the cluster, which can be started again when it has ended.
type Process struct {
	part part
	// log is the file with its output.
	log  string
	attr syscall.SysProcAttr

	mu    sync.Mutex
	cmd   *exec.Cmd
	ended chan struct{} // closed when cmd has ended
}

// Start starts the process, unless it runs. It does not wait until it serves.
func (p *Process) Start() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running() {
		return nil
	}
	order, err := json.Marshal(p.part)
	if err != nil {
		return err
	}
	log, err := os.OpenFile(p.log, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o644)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), partVariable+"="+string(order))
	cmd.Stdout, cmd.Stderr = log, log
	attr := p.attr
	cmd.SysProcAttr = &attr
	// It ends when this pipe does (endWithParent), so that it does not outlive us.
	if _, err := cmd.StdinPipe(); err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(p.log), err)
	}
	p.cmd, p.ended = cmd, make(chan struct{})
	go func(ended chan struct{}) { defer close(ended); _ = cmd.Wait() }(p.ended)
	return nil
}

// endWithParent ends this process when the one that has started it is gone.
func endWithParent() {
	go func() {
		_, _ = os.Stdin.Read(make([]byte, 1))
		os.Exit(1)
	}()
}

// Kill kills the process without warning, and returns when it has ended.
func (p *Process) Kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running() {
		_ = p.cmd.Process.Kill()
		<-p.ended
	}
}

// Terminate asks the process to end (SIGTERM), and returns when it has.
func (p *Process) Terminate() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running() {
		_ = p.cmd.Process.Signal(syscall.SIGTERM)
		<-p.ended
	}
}

// Stop stops the process (SIGSTOP), and Continue lets it go on.
func (p *Process) Stop() { p.signal(syscall.SIGSTOP) }

// Continue is the opposite of Stop.
func (p *Process) Continue() { p.signal(syscall.SIGCONT) }

func (p *Process) signal(s syscall.Signal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.running() {
		_ = p.cmd.Process.Signal(s)
	}
}

// Running reports whether the process runs; a stopped one does.
func (p *Process) Running() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.running()
}

func (p *Process) running() bool {
	if p.cmd == nil {
		return false
	}
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

// killMarked kills all processes that have a variable in their environment, until there is none.
func killMarked(variable string) {
	for found := true; found; {
		found = false
		for _, pid := range Processes(variable) {
			found = syscall.Kill(pid, syscall.SIGKILL) == nil || found
		}
	}
}

// Processes returns the processes that have a variable (NAME=VALUE) in their environment and have
// not ended.
func Processes(variable string) (pids []int) {
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		environ, _ := os.ReadFile("/proc/" + e.Name() + "/environ") // a zombie has none
		if strings.Contains("\x00"+string(environ), "\x00"+variable+"\x00") {
			pids = append(pids, pid)
		}
	}
	return pids
}
