// Verdicts compares what Bazel reports about tests that rules_go runs with what it reports about
// the same programs under Interlock. The script run starts it.
//
//	verdicts -events BUILD_EVENTS.json [-logs bazel-testlogs]
//
// The tests are PACKAGE:plain_NAME and PACKAGE:WAY_NAME. With the logs it also compares their
// cases, by what the plain ones note about themselves. It exits with 1 if there is a difference
// that is not explained here.
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
	pairs, err := pairsOf(statuses)
	if err != nil {
		return false, err
	}
	bad := 0
	explained := map[string]int{}
	for _, pair := range pairs {
		differences, err := pair.compare(logs, statuses)
		if err != nil {
			return false, err
		}
		for _, d := range differences {
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
	fmt.Printf("verdicts: %d passed, %d failed\n", len(pairs)-bad, bad)
	return bad == 0 && len(pairs) > 0, nil
}

func (p pair) compare(logs string, statuses map[string]bool) ([]difference, error) {
	if logs == "" {
		return compareVerdicts(statuses[p.plain], statuses[p.ours]), nil
	}
	plain, err := readPlain(logs, p.plain, statuses[p.plain])
	if err != nil {
		return nil, err
	}
	ours, err := readOurs(logs, p.ours, statuses[p.ours])
	return compare(plain, ours), err
}
