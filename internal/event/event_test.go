package event_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/interlock-build/rules_interlock/internal/event"
)

// list is a sink that is not made for several goroutines.
type list struct{ events []event.Event }

func (l *list) Handle(e event.Event) { l.events = append(l.events, e) }

func TestEverySinkGetsEveryEventInOneOrder(t *testing.T) {
	var a, b list
	sink := event.FanOut(&a, &b)
	var senders sync.WaitGroup
	for _, name := range []string{"x", "y", "z"} {
		senders.Go(func() {
			for range 100 {
				sink.Handle(event.CaseStarted{Case: event.Case{Name: name}})
			}
		})
	}
	senders.Wait()
	if len(a.events) != 300 || !slices.Equal(a.events, b.events) {
		t.Errorf("got %d and %d events", len(a.events), len(b.events))
	}
}

func TestWhatIsWrittenIsReported(t *testing.T) {
	var text strings.Builder
	x := event.Case{Name: "x"}
	output := event.Writer(x, reportFunc(func(c event.Case, part []byte) {
		if c == x {
			text.Write(part)
		}
	}))
	for _, part := range []string{"a", "", "b\n"} {
		if n, err := output.Write([]byte(part)); n != len(part) || err != nil {
			t.Errorf("Write(%q) returned %d, %v", part, n, err)
		}
	}
	if text.String() != "ab\n" {
		t.Errorf("got %q", text.String())
	}
}

// reportFunc is a report in which only the output matters.
type reportFunc func(event.Case, []byte)

func (reportFunc) Started(event.Case)                 {}
func (reportFunc) Paused(event.Case)                  {}
func (reportFunc) Resumed(event.Case)                 {}
func (f reportFunc) Output(c event.Case, text []byte) { f(c, text) }
func (reportFunc) Finished(event.Case, event.Result)  {}

func TestOnlyFailedAndErroredAreBad(t *testing.T) {
	for status, want := range map[event.Status]bool{
		event.Passed: false, event.Failed: true, event.Errored: true, event.Skipped: false,
	} {
		if got := (event.Outcome{Status: status}).Bad(); got != want {
			t.Errorf("%v: got %v", status, got)
		}
	}
}

func TestWordsForStatus(t *testing.T) {
	words := []string{event.Passed.String(), event.Failed.String(), event.Errored.String(), event.Skipped.String()}
	if want := []string{"PASS", "FAIL", "ERROR", "SKIP"}; !slices.Equal(words, want) {
		t.Errorf("got %v", words)
	}
}
