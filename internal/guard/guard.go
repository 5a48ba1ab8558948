// Package guard keeps what a dead runner held until the processes that used it are dead.
//
// The kernel frees the locks of a process that was killed, and only then kills its case, if at
// all: processes that the case has started live on. So a runner has a guardian, a process of the
// same program in a session of its own. The guardian has the lock files open too, and a lock
// lasts as long as any process has its file open. It knows which process groups the runner has
// started. When the runner ends without a farewell, the guardian kills them, and every other
// process that has the runner's mark in its environment, and waits until all of them are gone.
// Then it ends, and the locks with it.
//
// The parts are:
//
//   - guard: what a runner tells its guardian;
//   - guardian: the other process;
//   - processes: finding them and killing them.
//
// A guardian that is killed too, for example by a sandbox that ends all its processes, can keep
// nothing. docs/design/locking.md explains what that means.
package guard

import (
	"crypto/rand"
	"os"
	"strings"
	"sync"
)

// Variable is the environment variable that marks what a runner has started.
const Variable = "INTERLOCK_STARTED_BY"

// mark is the mark of this process, appended to the one that it was started with: what a runner
// inside a case of another runner starts belongs to both.
var mark = sync.OnceValue(func() string {
	if inherited := os.Getenv(Variable); inherited != "" {
		return inherited + "/" + rand.Text()
	}
	return rand.Text()
})

// Mark returns the value of Variable for everything that this process starts. A mark may continue
// after a dot or a slash.
func Mark() string { return mark() }

// Has reports whether a value of Variable is a mark, or continues it.
func Has(value, mark string) bool {
	rest, ok := strings.CutPrefix(value, mark)
	return ok && mark != "" && (rest == "" || rest[0] == '.' || rest[0] == '/')
}
