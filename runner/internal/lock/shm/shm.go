// Package shm is what the runners of a machine tell one another besides their
// locks: when cases started, and who holds what.
//
// It is for limits and for information, never for exclusion. On Linux its place
// is /dev/shm, the only folder that tests in all kinds of sandboxes share and
// may write to without a flag, and that is empty after a restart. Each user has
// a folder there which all can read, and writes to no other. What others wrote
// may be anything: those who read it parse it strictly.
package shm

import (
	"crypto/sha256"
	"encoding/hex"
)

// FileName makes of text of any kind what can be the name of a file.
func FileName(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:12])
}
