//go:build unix

package child_test

import (
	"bytes"
	"errors"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/testkit/pipetest"
)

func TestOutputIsInTheOrderOfWriting(t *testing.T) {
	t.Parallel()
	_, output := run(t, `i=0; while [ $i -lt 400 ]; do echo $i; i=$((i+1)); echo $i >&2; i=$((i+1)); done`)
	var want strings.Builder
	for i := range 400 {
		want.WriteString(strconv.Itoa(i) + "\n")
	}
	if output != want.String() {
		t.Errorf("got %q", output)
	}
}

func TestMuchOutputIsComplete(t *testing.T) {
	t.Parallel()
	const size = 10 << 20
	_, output := run(t, `head -c "$1" /dev/zero; printf end`, strconv.Itoa(size))
	if len(output) != size+3 || !strings.HasSuffix(output, "\x00end") {
		t.Errorf("got %d bytes that end in %q", len(output), output[max(0, len(output)-10):])
	}
}

// A slow consumer gets what the program left in the pipe, however long the program has been gone
// by then.
func TestSlowConsumerGetsEverything(t *testing.T) {
	t.Parallel()
	gate := pipetest.NewGate(t)
	slow := &slowWriter{t: t, busy: gate.Open}
	// A pipe holds at least a page (pipe(7), "Pipe capacity").
	runCommand(t.Context(), t, shell(`echo $$; read x < "$1"; head -c 4000 /dev/zero; printf end`, slow, gate.Path))
	if text := slow.String(); !strings.HasSuffix(text, "\x00end") {
		t.Errorf("got %d bytes that end in %q", len(text), text[max(0, len(text)-10):])
	}
}

// slowWriter takes the first text, which is the number of the process that
// writes, only some time after that process is gone.
type slowWriter struct {
	t    *testing.T
	busy func() // called when it has begun to take the first text
	bytes.Buffer
}

func (s *slowWriter) Write(text []byte) (int, error) {
	if s.Len() == 0 {
		s.busy()
		line, _, _ := strings.Cut(string(text), "\n")
		pid, err := strconv.Atoi(line)
		if err != nil {
			s.t.Error(err)
		}
		for deadline := time.Now().Add(pipetest.Soon); syscall.Kill(pid, 0) == nil && time.Now().Before(deadline); {
			time.Sleep(time.Millisecond)
		}
		time.Sleep(200 * time.Millisecond)
	}
	return s.Buffer.Write(text)
}

// A consumer that refuses what it gets must not block the program.
func TestRefusedOutputDoesNotStopTheProgram(t *testing.T) {
	t.Parallel()
	if result := runCommand(t.Context(), t, shell("head -c 1000000 /dev/zero", refusing{})); result.ExitCode != 0 {
		t.Errorf("got %+v", result)
	}
}

type refusing struct{}

func (refusing) Write([]byte) (int, error) { return 0, errors.New("full") }
