package main

import (
	"slices"
	"sync"

	"github.com/interlock-build/rules_interlock/e2e/chaos/scene"
	"github.com/interlock-build/rules_interlock/e2e/servicechaos/instance"
	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
	"golang.org/x/sys/unix"
)

// Things that break beside groups, in the log.
const keeperBroken = "keeper"

func serviceBroken(group string) string { return "service:" + group }

// world is what is going on in a round, as far as it can be seen from outside.
type world struct {
	*scene.Scene[*runner]
	mark string

	mu sync.Mutex
	// programs are those of instances that have begun, the latest last.
	programs []*program
}

// program is a process of an instance.
type program struct {
	kind  caselog.Event
	group string
	pid   int
	mark  string
}

func newWorld(log, mark string) (*world, error) {
	s, err := scene.Open[*runner](log)
	return &world{Scene: s, mark: mark}, err
}

// look reads what is new in the log.
func (w *world) look() error {
	records, err := w.Look()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, record := range records {
		if record.Run == instance.Run {
			w.programs = append(w.programs, &program{record.Event, record.Facts[instance.Group], record.PID, w.mark})
		}
	}
	return err
}

// instances returns the processes of setups and servers that run, and checks those of health
// checks and resets.
func (w *world) instances() []scene.Process { return w.running(instance.Setup, instance.Server) }
func (w *world) checks() []scene.Process    { return w.running(instance.Health, instance.Reset) }

func (w *world) running(kinds ...caselog.Event) (running []scene.Process) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, p := range w.programs {
		if slices.Contains(kinds, p.kind) && !w.StandsStill(p) && p.runs() {
			running = append(running, p)
		}
	}
	return running
}

func (p *program) runs() bool { return isMarked(p.pid, p.mark) }

// Signal and Record make it a scene.Process.
func (p *program) Signal(s unix.Signal) bool { return scene.SignalIf(p.pid, p.runs, s) }

func (p *program) Record() caselog.Record {
	return caselog.Record{Run: instance.Run, PID: p.pid, Facts: map[string]string{instance.Group: p.group, "kind": string(p.kind)}}
}

// Kind and Breaks make it a scene.Breaker: whatever happens to its group from here on may be the
// consequence.
func (p *program) Kind() string   { return "service" }
func (p *program) Breaks() string { return serviceBroken(p.group) }
