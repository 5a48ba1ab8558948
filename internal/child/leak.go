package child

import "fmt"

// leftovers are what a program has left behind.
type leftovers struct {
	killed int  // processes of its group, which had to be killed
	strays int  // processes that had left its group, and were killed
	open   bool // an output that some other process has open
}

// leak describes what was left behind; empty if nothing was.
func (l leftovers) leak() string {
	switch {
	case l.killed+l.strays == 1 && l.strays == 1:
		return "left a process running in another process group, which was killed"
	case l.killed+l.strays == 1:
		return "left a process running, which was killed"
	case l.killed+l.strays > 1:
		return fmt.Sprintf("left %d processes running, which were killed", l.killed+l.strays)
	case l.open:
		return "left a process running that has its output open, and is in another process group"
	}
	return ""
}
