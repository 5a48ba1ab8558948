package histories

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/anishathalye/porcupine"
	"github.com/interlock-build/rules_interlock/internal/group"
)

// written is a handwritten history, of one group with capacity 2. Times are numbers; what has no
// end lasts until never.
type written struct{ operations []porcupine.Operation }

const never = 1_000

var two = group.Group{Label: "//:two", Name: "two", Definition: group.Definition{Capacity: 2}}

// acquire adds an acquisition by a holding: of slots exclusively, or of a share if there are
// none.
func (w *written) acquire(from, to int64, holding int64, fence int64, slots ...int) {
	w.add(from, to, input{kind: acquire, holding: holding}, group.Grant{Slots: slots, Fence: fence})
}

// end gives back what a holding has acquired.
func (w *written) end(from, to int64, how kind, holding int64, slots ...int) {
	w.add(from, to, input{kind: how, holding: holding, grant: group.Grant{Slots: slots}}, group.Grant{})
}

func (w *written) add(from, to int64, in input, out group.Grant) {
	slots := max(len(out.Slots), len(in.grant.Slots))
	in.group, in.need = two, group.Need{Group: two.Label, Weight: max(slots, 1)}
	if slots == 0 {
		in.need.Mode = group.Shared
	}
	w.operations = append(w.operations, porcupine.Operation{
		ClientId: int(in.holding), Input: in, Output: out, Call: from, Return: to,
	})
}

// The model can tell right from wrong.
func TestModel(t *testing.T) {
	for name, c := range map[string]struct {
		write func(w *written)
		right bool
	}{
		"one after the other": {right: true, write: func(w *written) {
			w.acquire(1, 2, 1, 1, 0, 1)
			w.end(3, 4, release, 1, 0, 1)
			w.acquire(5, 6, 2, 2, 0, 1)
		}},
		"a release that takes effect before it returns": {right: true, write: func(w *written) {
			w.acquire(1, 2, 1, 1, 0, 1)
			w.acquire(2, 5, 2, 2, 0, 1)
			w.end(3, 9, release, 1, 0, 1)
		}},
		"beside one another in other slots": {right: true, write: func(w *written) {
			w.acquire(1, 2, 1, 1, 1)
			w.acquire(3, 4, 2, 2, 0)
		}},
		"readers beside one another": {right: true, write: func(w *written) {
			w.acquire(1, 2, 1, 1)
			w.acquire(3, 4, 2, 2)
			w.acquire(5, 6, 3, 3)
		}},
		"after a holder was killed": {right: true, write: func(w *written) {
			w.acquire(1, 2, 1, 1, 0)
			w.end(5, never, expire, 1, 0)
			w.acquire(3, 7, 2, 2, 0, 1)
		}},
		"a killed holder that nobody saw the end of": {right: true, write: func(w *written) {
			w.acquire(1, 2, 1, 1, 0)
			w.end(3, never, expire, 1, 0)
			w.acquire(4, 5, 2, 2, 1)
		}},
		"fences in the order of what happened at once": {right: true, write: func(w *written) {
			w.acquire(1, 9, 1, 2, 0)
			w.acquire(1, 9, 2, 1, 1)
		}},
		"two holders of one slot": {write: func(w *written) {
			w.acquire(1, 2, 1, 1, 0)
			w.acquire(3, 4, 2, 2, 0)
			w.end(5, 6, release, 1, 0)
			w.end(5, 6, release, 2, 0)
		}},
		"a slot that does not exist": {write: func(w *written) { w.acquire(1, 2, 1, 1, 2) }},
		"a slot twice":               {write: func(w *written) { w.acquire(1, 2, 1, 1, 0, 0) }},
		"a reader beside a writer": {write: func(w *written) {
			w.acquire(1, 2, 1, 1, 0)
			w.acquire(3, 4, 2, 2)
			w.end(5, 6, release, 1, 0)
		}},
		"a writer beside a reader": {write: func(w *written) {
			w.acquire(1, 2, 1, 1)
			w.acquire(3, 4, 2, 2, 1)
			w.end(5, 6, release, 1)
		}},
		"held before it was given back": {write: func(w *written) {
			w.acquire(1, 2, 1, 1, 0, 1)
			w.acquire(2, 5, 2, 2, 1)
			w.end(6, 9, release, 1, 0, 1)
		}},
		"held before its holder was killed": {write: func(w *written) {
			w.acquire(1, 2, 1, 1, 0)
			w.acquire(3, 4, 2, 2, 0)
			w.end(5, never, expire, 1, 0)
		}},
		"a release that is lost": {write: func(w *written) {
			w.acquire(1, 2, 1, 1, 0)
			w.acquire(5, 6, 2, 2, 0)
		}},
		"a release of what is somebody else's": {write: func(w *written) {
			w.acquire(1, 2, 1, 1, 0)
			w.end(3, 4, release, 2, 0)
		}},
		"a release of a share that nobody has": {write: func(w *written) { w.end(1, 2, release, 1) }},
		"a fence that goes back": {write: func(w *written) {
			w.acquire(1, 2, 1, 2, 0)
			w.acquire(3, 4, 2, 1, 1)
		}},
		"a fence that is used again": {write: func(w *written) {
			w.acquire(1, 2, 1, 1)
			w.acquire(3, 4, 2, 1)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("TEST_UNDECLARED_OUTPUTS_DIR", t.TempDir())
			var w written
			c.write(&w)
			if err := check(model(true), w.operations); (err == nil) != c.right {
				t.Errorf("error %v, want one: %v", err, !c.right)
			}
		})
	}
}

// An implementation without fences has none, and groups are apart.
func TestModelWithoutFences(t *testing.T) {
	t.Setenv("TEST_UNDECLARED_OUTPUTS_DIR", t.TempDir())
	var w written
	w.acquire(1, 2, 1, 0, 0, 1)
	w.acquire(3, 4, 2, 0, 0, 1)
	other := w.operations[1].Input.(input)
	other.group.Label = "//:other"
	w.operations[1].Input = other
	if err := check(model(false), w.operations); err != nil {
		t.Error(err)
	}
	w.acquire(5, 6, 3, 7)
	if err := check(model(false), w.operations); err == nil {
		t.Error("a fence of an implementation without fences is accepted")
	}
}

// An error is shown on a page among the test's outputs.
func TestWrongHistoryIsShown(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TEST_UNDECLARED_OUTPUTS_DIR", dir)
	var w written
	w.acquire(1, 2, 1, 1, 0)
	w.acquire(3, 4, 2, 2, 0)
	err := check(model(true), w.operations)
	pages, globErr := filepath.Glob(filepath.Join(dir, "history-*.html"))
	if globErr != nil || len(pages) != 1 {
		t.Fatalf("pages %v, %v", pages, globErr)
	}
	page, readErr := os.ReadFile(pages[0])
	want := "1 acquires 1: slots [0], fence 1"
	if err == nil || !strings.Contains(err.Error(), pages[0]) || readErr != nil || !strings.Contains(string(page), want) {
		t.Error(errors.Join(err, readErr), "- want the path of a page with", want)
	}
}
