package app

import (
	"fmt"

	"github.com/interlock-build/rules_interlock/internal/manifest"
	"github.com/interlock-build/rules_interlock/internal/schedule"
	"github.com/interlock-build/rules_interlock/internal/timings"
)

// addTimings adds the expected durations to cases.
func addTimings(cases []schedule.Case, t task) error {
	m := t.manifest
	if m.Timings == "" {
		return nil
	}
	path, err := t.files.Rlocation(m.Timings)
	if err != nil {
		return fmt.Errorf("timings: %w", err)
	}
	file, err := timings.Read(path, manifest.DisplayPath(m.Timings))
	if err != nil {
		return fmt.Errorf("timings: %w", err)
	}
	known := file[manifest.TargetName(m.Label)]
	for i := range cases {
		cases[i].Takes = known.Of(cases[i].Name)
	}
	return nil
}
