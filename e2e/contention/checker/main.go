// Checker proves from outside that tests kept to the capacity of the resources that they use. It
// knows nothing of how they do that: it reads what the tests wrote to a shared log, and what
// Bazel reports about them. The log is that of e2e/witness/caselog, and what is not about Bazel is
// checked by e2e/witness/check.
//
// # Usage
//
//	checker -events [BUILD=]FILE… -capacity NAME=N,… -sandbox STRATEGY [-scripts NAME,…] [-configurations N]
//	        [-cases TARGET=CASE,…] [-rate NAME=STARTS/WINDOW,…] [-fenced NAME,…] LOG
//
// Several builds may write to the log at the same time, each with its name, and so may scripts
// that are not tests of Bazel.
//
// Each finding is a line that begins with the name of its check:
//
//   - runs: each run that Bazel knows and each script, and no other, passed and
//     is in the log with one start and one end.
//   - capacity: at no moment do runs use more of a resource than its capacity.
//   - sharing: at no moment does a run share a resource while another uses it exclusively.
//   - reached: each resource was used up to its capacity, what runs share was
//     shared, each rate was used up and made a run wait, and runs without a
//     resource in common ran at the same time, including runs of several builds;
//     otherwise the log proves nothing.
//   - rate: no window of time has more starts of runs that use a resource than
//     its rate allows.
//   - fences: each run that uses a fenced resource, of capacity 1, has a fencing
//     token of its own, which is greater than those of all runs that ended before.
//   - strategy: runs tagged local ran under that strategy, and all others under
//     the sandbox's; there were some of both.
//   - network: runs tagged block-network had no network, under linux-sandbox.
//   - configurations: a group had lock files in that many configurations.
//
// # Exit codes
//
// 0: nothing found. 1: something found. 2: there was nothing to check.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	witness "github.com/interlock-build/rules_interlock/e2e/witness/check"
)

func main() {
	os.Exit(check(os.Args, os.Stdout, os.Stderr))
}

// options are what the command line asks for.
type options struct {
	log             string
	events          builds
	scripts, fenced []string
	sandbox         string
	capacity        map[string]int
	rates           rates
	cases           targetCases
	configurations  int
}

func check(args []string, stdout, stderr io.Writer) int {
	o, err := parseOptions(args, stderr)
	if err != nil {
		fmt.Fprintln(stderr, "checker:", err)
		return 2
	}
	summary, found, err := o.check()
	if err != nil {
		fmt.Fprintln(stderr, "checker:", err)
		return 2
	}
	for _, finding := range found {
		fmt.Fprintln(stdout, finding)
	}
	fmt.Fprintln(stdout, summary)
	if len(found) > 0 {
		return 1
	}
	return 0
}

func parseOptions(args []string, stderr io.Writer) (options, error) {
	o := options{events: builds{}, cases: targetCases{}, rates: rates{}}
	var capacity string
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.Var(o.events, "events", "`[BUILD=]FILE`: the file of --build_event_json_file, and the build's name in the log")
	flags.Func("scripts", "`NAME,…`: the runs that are no tests", setNames(&o.scripts))
	flags.StringVar(&capacity, "capacity", "", "`NAME=N,…`: capacities of the resources")
	flags.StringVar(&o.sandbox, "sandbox", "", "`strategy` of what is not tagged local")
	flags.Var(o.cases, "cases", "`TARGET=CASE,…`: the cases of a target, each of which is a run of its own")
	flags.Var(o.rates, "rate", "`NAME=STARTS/WINDOW,…`: the rates of resources")
	flags.Func("fenced", "`NAME,…`: the resources of capacity 1 that come with fencing tokens", setNames(&o.fenced))
	flags.IntVar(&o.configurations, "configurations", 0, "in `how many` configurations a group has to have lock files")
	if err := flags.Parse(args[1:]); err != nil {
		return o, err
	}
	if flags.NArg() != 1 || len(o.events) == 0 || o.sandbox == "" {
		return o, fmt.Errorf("usage: %s -events [BUILD=]FILE… -capacity NAME=N,… -sandbox STRATEGY [-scripts NAME,…] [-configurations N] "+
			"[-cases TARGET=CASE,…] [-rate NAME=STARTS/WINDOW,…] [-fenced NAME,…] LOG", args[0])
	}
	o.log = flags.Arg(0)
	o.capacity = map[string]int{}
	for _, part := range splitNames(capacity) {
		name, number, _ := strings.Cut(part, "=")
		n, err := strconv.Atoi(number)
		if err != nil {
			return o, fmt.Errorf("-capacity: %q is not NAME=N", part)
		}
		o.capacity[name] = n
	}
	return o, nil
}

// setNames returns a function for a flag that lists names.
func setNames(names *[]string) func(string) error {
	return func(list string) error {
		*names = splitNames(list)
		return nil
	}
}

func (o options) check() (summary string, found witness.Findings, err error) {
	records, err := readFile(o.log, parseLog)
	if err != nil {
		return "", nil, err
	}
	results, err := o.events.results()
	if err != nil {
		return "", nil, err
	}
	results = withScripts(o.cases.expand(results), o.scripts)
	holdings := holdingsOf(records)
	uses := usesByName(holdings)
	seen := peaksOf(holdings, uses)
	found = append(found, checkRuns(records, results)...)
	found = append(found, checkCapacity(uses, o.capacity)...)
	found = append(found, checkReached(seen, o.capacity)...)
	found = append(found, checkBuilds(seen, results)...)
	found = append(found, checkRates(uses, o.rates)...)
	found = append(found, checkFences(uses, o.fenced)...)
	found = append(found, checkStrategies(results, o.sandbox)...)
	found = append(found, checkNetworks(records, results)...)
	found = append(found, checkConfigurations(records, o.configurations)...)
	return fmt.Sprintf("%d runs; %v", len(results), seen), found, nil
}

func readFile[T any](path string, parse func(io.Reader) (T, error)) (parsed T, err error) {
	file, err := os.Open(path)
	if err != nil {
		return parsed, err
	}
	defer file.Close()
	return parse(file)
}
