// Package guard keeps what a dead runner held until what ran on it is dead.
//
// The kernel frees the locks of a process that was killed, and only then kills its
// case, if at all: processes that the case has started live on. So a runner has a
// guardian, a process of the same program in a session of its own. That has the lock
// files open too, and a lock lasts as long as one of those who have its file open. It
// knows which process groups the runner has started. When the runner ends without a
// word, the guardian kills them, and whatever else bears the runner's mark in its
// environment, and waits until all of it is gone; then it ends, and the locks with it.
//
// The parts are:
//
//   - guard: what a runner tells its guardian;
//   - guardian: the other process;
//   - processes: finding them and killing them.
//
// A guardian that is killed too, as by a sandbox that ends all its processes, can keep
// nothing. docs/design/locking.md says what that means.
package guard

import (
	"crypto/rand"
	"os"
	"strings"
	"sync"
)

// Variable is the environment variable that marks what a runner has started.
const Variable = "INTERLOCK_STARTED_BY"

// mark is that of this process, behind the one that it was started with: what a runner
// in a case of another one starts is of both.
var mark = sync.OnceValue(func() string {
	if inherited := os.Getenv(Variable); inherited != "" {
		return inherited + "/" + rand.Text()
	}
	return rand.Text()
})

// Mark returns the value of Variable for all that this process starts. A mark may have
// more behind it, after a dot or a slash.
func Mark() string { return mark() }

// Has reports whether a value of Variable is a mark, or has more behind it.
func Has(value, mark string) bool {
	rest, ok := strings.CutPrefix(value, mark)
	return ok && mark != "" && (rest == "" || rest[0] == '.' || rest[0] == '/')
}
