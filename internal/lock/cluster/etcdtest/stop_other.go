//go:build unix && !linux

package etcdtest

func awaitStop(int) {}
