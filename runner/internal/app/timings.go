package app

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"time"

	"github.com/bazelbuild/rules_go/go/runfiles"
	"github.com/interlock-build/rules_interlock/internal/manifest"
	"github.com/interlock-build/rules_interlock/internal/schedule"
)

// timings is the content of a file of expected durations, in seconds, by the
// name of a target in the file's package and the name of a case:
//
//	{"api_test": {"TestSmall": 0.12, "TestLarge": 7.5}}
//
// A case that is not there is one of which nothing is known.
type timings map[string]map[string]float64

// addTimings tells cases how long they are expected to take.
func addTimings(cases []schedule.Case, m *manifest.Manifest, files *runfiles.Runfiles) error {
	if m.Timings == "" {
		return nil
	}
	known, err := readTimings(m.Timings, files)
	if err != nil {
		return fmt.Errorf("timings: %w", err)
	}
	for i := range cases {
		cases[i].Takes = seconds(known[nameOf(m.Label)][cases[i].Name])
	}
	return nil
}

// seconds is rounded, so that what is printed is what was read.
func seconds(s float64) time.Duration { return time.Duration(math.Round(s * float64(time.Second))) }

func readTimings(runfile string, files *runfiles.Runfiles) (timings, error) {
	path, err := files.Rlocation(runfile)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var known timings
	decoder := json.NewDecoder(bytes.NewReader(text))
	if err := decoder.Decode(&known); err != nil {
		return nil, fmt.Errorf("%s: %w: want {\"TARGET\": {\"CASE\": SECONDS}}", runfile, err)
	}
	for target, cases := range known {
		for name, seconds := range cases {
			if seconds < 0 {
				return nil, fmt.Errorf("%s: %s: %s: %v is not a time in seconds", runfile, target, name, seconds)
			}
		}
	}
	return known, nil
}
