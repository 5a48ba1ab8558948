// Interlock is the command for people whose tests use rules_interlock.
//
// # Usage
//
//	bazel run @rules_interlock//tools:interlock -- COMMAND [ARGUMENT...]
//
// In each command, FLAGs are arguments that begin with "--" and are not flags of the command
// itself; they are for Bazel. PATTERNs are target patterns, by default //..., and match the
// grouped tests that are not manual. A "-" before a pattern removes its targets.
//
//	plan [--json] [FLAG...] TARGET
//
// prints how a test's cases are divided and how long they are expected to take: its groups with
// their chains, the shards with their loads, the longest cases, and the bound that no schedule
// can beat, with the reason. With --json it prints the plan itself (package internal/planfile).
// It builds the target and lists its cases, but runs none.
//
//	resources [FLAG...] [PATTERN...]
//
// prints, sorted and one a line, the --local_resources that Bazel needs for
// --@rules_interlock//rules:resource_tags: one for each resource group that all cases of a test
// hold.
//
//	timings [--from DIR]... [--force] [FLAG...] [PATTERN...]
//
// writes what cases take into the files that targets declare as their timings.
// It finds that in the test.xml files of bazel-testlogs and of the folders DIR,
// which are laid out alike: for each case, the time that 85 % of its passed runs
// did not exceed, to two digits. Since new timings void cached results, those of
// a target are only written where its cases are expected to take at least 5 %
// less time with them, or with --force.
//
// The other commands do not use Bazel, and have only flags of their own (package
// tools/interlock/command). For groups of scope cluster use the same program with a client of
// etcd, @rules_interlock//tools:interlock_cluster.
//
//	status [--watch] [--json] [--scope=SCOPE,...]
//
// prints which groups of the scopes build, host and cluster are held or waited for, by whom,
// since when, and which of their units; with --json as one object (type Report there). With
// --watch it does so each second: on a terminal it replaces the last report, for a pipe it prints
// only changes, and with --json each report is a line.
//
//	lock NAME [--scope=host|cluster] [--capacity=N | --instances=NAME,...] [--rate=RATE]
//	          [--weight=N | --shared] [--timeout=DURATION] -- PROGRAM [ARGUMENT...]
//
// holds the group with the key NAME while PROGRAM runs.
//
//	gate --executor=URL [--listen=ADDRESS] [--coordinator=FILE] [FLAG...]
//
// lets actions wait for their groups in front of a Remote Execution cluster (package gate). It is
// only in @rules_interlock//tools:interlock_cluster.
//
//	host init
//
// makes the folder for the locks of scope host: for all users if root runs it, otherwise for the
// user.
//
//	--help
//
// prints the commands, and the options of grouped tests. After a command it prints
// how to use that one. --version prints the version.
//
// # Environment
//
// RULES_INTERLOCK_BAZEL is the Bazel to ask, by default the one on PATH. For
// INTERLOCK_HOST_DIR and INTERLOCK_COORDINATOR see docs/design/locking.md and
// docs/design/cluster.md.
//
// # Exit codes
//
// 0 for success, 2 for a wrong command line, 1 for any other failure. The command lock exits with
// the program's exit code, or 128+n if signal n killed it; with 69 if the group could not be held
// or was lost, 124 if it was not available in time, 126 or 127 if the program cannot be run or
// does not exist.
package main

import (
	"os"

	"github.com/interlock-build/rules_interlock/tools/interlock/cli"
)

func main() { os.Exit(cli.Main(nil)) }
