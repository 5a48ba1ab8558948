package hook

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Variable tells the binary how to reach the runner: "EVENTS COMMANDS SECRET", the numbers of two
// descriptors and a word that begins each of our lines in the output. It is removed before user
// code can see it.
const Variable = "INTERLOCK_GOTEST"

// marker is the marker of the testing package, which begins lines that are not a test's output.
const marker = "\x16"

// Header is the runner's first message, a line of JSON.
type Header struct {
	// Cases are the cases to run.
	Cases []string `json:"cases"`
	// Asks says whether each case except the first asks before it starts.
	Asks bool `json:"asks"`
	// Parallel is the default of -test.parallel; 0 does not change it.
	Parallel int `json:"parallel"`
	// FailFast says whether no test starts after a bad one.
	FailFast bool `json:"fail_fast"`
}

// Outcomes of a function.
const (
	passed   = "pass"
	failed   = "fail"
	skipped  = "skip"
	returned = "return" // of an example
)

// link is the connection to the runner.
type link struct {
	header   Header
	cases    map[string]bool
	events   *os.File // lines of the testing package, and of ours that ask
	commands *bufio.Reader
	output   *os.File // the output at the beginning
	secret   string
	hasTests bool // apart from fuzz tests and examples
	hasFuzz  bool

	mu      sync.Mutex
	running int             // tests and fuzz tests that have begun and not ended
	begun   map[string]bool // cases that have started
	stopped bool            // no further case may start
}

// runner is nil if no runner has started this process.
var runner = connect()

func connect() *link {
	value, ok := os.LookupEnv(Variable)
	if !ok {
		return nil
	}
	_ = os.Unsetenv(Variable)
	l := &link{begun: map[string]bool{}, cases: map[string]bool{}}
	var events, commands int
	if _, err := fmt.Sscanf(value, "%d %d %s", &events, &commands, &l.secret); err != nil {
		return fail(err)
	}
	var from *os.File
	var err error
	if l.events, from, l.output, err = own(events, commands); err != nil {
		return fail(err)
	}
	l.commands = bufio.NewReader(from)
	line, err := l.commands.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &l.header)
	}
	if err != nil {
		return fail(err)
	}
	for _, name := range l.header.Cases {
		l.cases[name] = true
	}
	return l
}

// fail ends a process that the runner has started but that cannot talk to it.
func fail(err error) *link {
	fmt.Fprintln(os.Stderr, "interlock: the test binary cannot talk to the runner:", err)
	os.Exit(70) // EX_SOFTWARE of sysexits.h
	return nil
}

func (l *link) asksFor(name string) bool { return l.cases[name] }

// mayStart asks the runner whether a case may start, unless it is the first one. A case that has
// started before, in another call of m.Run or by -test.count, starts again: it belongs to this
// process.
func (l *link) mayStart(name string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.begun[name] {
		return true
	}
	if len(l.begun) > 0 && l.header.Asks && !l.stopped {
		l.tell(l.events, "=== ASK   "+name)
		answer, err := l.commands.ReadString('\n')
		switch answer = strings.TrimSpace(answer); {
		case err == nil && answer == "start":
		case err == nil && answer == "leave":
			return false
		default:
			l.stopped = true
		}
	}
	if !l.stopped {
		l.begun[name] = true
	}
	return !l.stopped
}

func (l *link) began(name string) time.Time {
	l.mark("start " + name)
	return time.Now()
}

// ended reports how a case ended, and how many nanoseconds it took.
func (l *link) ended(name, outcome string, began time.Time) {
	l.mark("end " + outcome + " " + strconv.FormatInt(int64(time.Since(began)), 10) + " " + name)
}

func (l *link) runBegins(how string) { l.mark("run " + how) }
func (l *link) runEnds()             { l.mark("done") }

// mark writes to the output, so that the runner knows what was written before and after it.
func (l *link) mark(what string) { l.tell(l.output, l.secret+" "+what) }

func (l *link) tell(to *os.File, line string) { _, _ = to.WriteString(marker + line + "\n") }
