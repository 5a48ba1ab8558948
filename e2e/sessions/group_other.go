//go:build !unix

package main

import "os/exec"

func ofItsOwnGroup(*exec.Cmd) {}
func killGroup(*exec.Cmd)     {}
