package keeper

import (
	"fmt"
	"io/fs"
	"syscall"
)

// identity changes when a file is written. Nobody can set the time of the last change.
func identity(info fs.FileInfo) string {
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return fmt.Sprintf("%d %d.%09d", s.Ino, s.Ctim.Sec, s.Ctim.Nsec)
	}
	return info.ModTime().String()
}
