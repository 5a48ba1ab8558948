// Interlock is the executable of every grouped test: it runs the test's cases
// and holds, for each, the resource groups that the case needs.
//
// # Usage
//
// Bazel starts it under the name of the test, TEST [ARGUMENT...]. The manifest
// TEST.interlock.json, which the rule grouped_test writes, says what to run. The arguments (the
// attribute args, then --test_arg) are passed to the program, except those that begin with
// --interlock- (package options).
//
// # Environment
//
// It reads the variables that Bazel gives a test (package bazelenv), and INTERLOCK_NAME for each
// of its options. A case gets the same environment, with two changes: it lacks the variables that
// divide, filter or report the test, which the runner handles itself; and it has variables of its
// own (type environments).
//
// # Exit codes
//
// 0: every case passed or was skipped. 1: a case was bad; a test with one case passes that case's
// exit code on instead (128+n if signal n killed it). 69: something that the test depends on
// failed, such as a lock. 78: the test could not be set up. 124: the time was up. 128+n: the
// runner got signal n.
package main

import (
	"os"

	"github.com/interlock-build/rules_interlock/runner/internal/app"
)

func main() { os.Exit(app.Main(nil)) }
