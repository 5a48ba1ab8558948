//go:build !linux

package child

import "time"

// awaitOrphans does nothing: only on Linux do orphans become children of this
// process.
func awaitOrphans(int, time.Time) {}
