// Verdicts compares what Bazel says of tests that rules_go runs with what it says
// of the same programs under Interlock. The script run starts it.
//
//	verdicts -events BUILD_EVENTS.json -logs bazel-testlogs
//
// The tests are PACKAGE:plain_NAME and PACKAGE:WAY_NAME. It exits with 1 if there
// is a difference that is none of those that are explained here.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	events := flag.String("events", "", "the `file` of --build_event_json_file")
	logs := flag.String("logs", "", "the `folder` bazel-testlogs")
	flag.Parse()
	good, err := run(*events, *logs)
	if err != nil {
		fmt.Fprintln(os.Stderr, "verdicts:", err)
		os.Exit(2)
	}
	if !good {
		os.Exit(1)
	}
}

func run(events, logs string) (good bool, err error) {
	statuses, err := readStatuses(events)
	if err != nil {
		return false, err
	}
	compared, bad := 0, 0
	explained := map[string]int{}
	for _, pair := range pairsOf(statuses) {
		compared++
		plain, err := readPlain(logs, pair.plain, statuses[pair.plain])
		if err != nil {
			return false, err
		}
		ours, err := readOurs(logs, pair.ours, statuses[pair.ours])
		if err != nil {
			return false, err
		}
		for _, d := range compare(plain, ours) {
			if d.why != "" {
				explained[d.why]++
				continue
			}
			bad++
			fmt.Printf("DIFFERENT: %s: %s\n", pair.ours, d.what)
		}
	}
	for why, times := range explained {
		fmt.Printf("explained (%d): %s\n", times, why)
	}
	fmt.Printf("verdicts: %d passed, %d failed\n", compared-bad, bad)
	return bad == 0 && compared > 0, nil
}
