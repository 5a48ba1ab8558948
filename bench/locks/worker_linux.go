package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"time"

	"github.com/interlock-build/rules_interlock/internal/lock"
	"golang.org/x/sys/unix"
)

// orderVariable is the environment variable by which this program tells its own worker processes
// what to do.
const orderVariable = "LOCKBENCH_ORDER"

// order is the order for a worker. Exactly one of its tasks is set.
type order struct {
	Space   space
	Bare    bool
	Contend *contendTask
	Wait    *waitTask
}

// task is what a worker does between saying that it is ready and its answer.
type task interface {
	do(lock.Locker) (answer any, err error)
}

func (o order) task() task {
	if o.Contend != nil {
		return o.Contend
	}
	return o.Wait
}

func (o order) locker() lock.Locker {
	if o.Bare {
		return o.Space.bare()
	}
	return o.Space.locker()
}

// workIfTold is the whole life of a worker process: it reports that it is ready, does its task
// when its input has a line, prints the answer as JSON, and ends.
func workIfTold() {
	text, told := os.LookupEnv(orderVariable)
	if !told {
		return
	}
	if err := work([]byte(text)); err != nil {
		fmt.Fprintln(os.Stderr, "worker:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func work(text []byte) error {
	var o order
	if err := json.Unmarshal(text, &o); err != nil {
		return err
	}
	fmt.Println("ready")
	if _, err := bufio.NewReader(os.Stdin).ReadString('\n'); err != nil {
		return err
	}
	answer, err := o.task().do(o.locker())
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(answer)
}

// worker is a worker process, seen from outside.
type worker struct {
	cmd    *exec.Cmd
	stdin  *os.File
	stdout *bufio.Reader
}

// startWorker returns when the worker is ready.
func startWorker(o order) (*worker, error) {
	text, err := json.Marshal(o)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command("/proc/self/exe")
	cmd.Env = append(os.Environ(), orderVariable+"="+string(text))
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	w := &worker{cmd: cmd, stdin: stdin.(*os.File), stdout: bufio.NewReader(stdout)}
	if line, err := w.stdout.ReadString('\n'); line != "ready\n" {
		return nil, fmt.Errorf("a worker said %q: %w", line, err)
	}
	return w, nil
}

func (w *worker) begin() error {
	_, err := w.stdin.WriteString("\n")
	return err
}

// end waits for the answer and for the end of the process.
func (w *worker) end(answer any) error {
	if err := json.NewDecoder(w.stdout).Decode(answer); err != nil {
		return fmt.Errorf("a worker's answer: %w", err)
	}
	return w.cmd.Wait()
}

// workTogether starts one worker for each order, lets them begin together, and returns their
// answers. After an error, workers end when their input does, or with their task.
func workTogether[A any](orders []order) ([]A, error) {
	var workers []*worker
	for _, o := range orders {
		w, err := startWorker(o)
		if err != nil {
			return nil, err
		}
		workers = append(workers, w)
	}
	for _, w := range workers {
		if err := w.begin(); err != nil {
			return nil, err
		}
	}
	answers := make([]A, len(workers))
	for i, w := range workers {
		if err := w.end(&answers[i]); err != nil {
			return nil, err
		}
	}
	return answers, nil
}

// instant is a time on the clock that all processes of the machine share.
type instant time.Duration

func now() instant {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_MONOTONIC, &ts); err != nil {
		panic(err) // every Linux has that clock
	}
	return instant(ts.Nano())
}

// cpuTime is the CPU time that this process has used so far.
func cpuTime() time.Duration {
	var usage unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &usage); err != nil {
		panic(err) // it fails only for wrong arguments
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
