package command

import "os"

func isTerminal(*os.File) bool             { return false }
func foregroundTerminal(*os.File) *os.File { return nil }
func takeForeground(*os.File)              {}
