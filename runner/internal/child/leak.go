package child

import "fmt"

// leakOf describes what a program left behind: processes of its group that had
// to be killed, and an output that a process outside of the group has open.
func leakOf(killed int, open bool) string {
	switch {
	case killed == 1:
		return "left a process running, which was killed"
	case killed > 1:
		return fmt.Sprintf("left %d processes running, which were killed", killed)
	case open:
		return "left a process running that has its output open, and is in another process group"
	}
	return ""
}
