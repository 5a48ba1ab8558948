package app

import (
	"strings"
	"testing"
)

const timingsFile = "x_test.runfiles/_main/pkg/timings.json"

func TestMistakesInWhatIsSaidOfCases(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		serial  []string
		timings string
		want    string
	}{
		"serial pattern":    {serial: []string{"TestDB*"}, want: `serial: the pattern "TestDB*" matches no case of this test`},
		"timings, no JSON":  {timings: "{", want: "timings: pkg/timings.json: "},
		"timings, a list":   {timings: "[1]", want: `want {"TARGET": {"CASE": SECONDS}}`},
		"timings, negative": {timings: `{"x_test": {"TestBefore": -1}}`, want: "x_test: TestBefore: -1 is not a time in seconds"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := newGoTarget(t, faulty, "none", "0")
			if c.serial != nil {
				x.manifest["serial"] = c.serial
			}
			if c.timings != "" {
				x.manifest["groups"] = []any{processGroup("@@//r:a", "TestP*")} // or nothing has to be listed
				x.manifest["timings"] = "_main/pkg/timings.json"
				x.write(timingsFile, c.timings, 0o644)
			}
			x.run().wantExit(78)
			x.wantError("config", c.want)
		})
	}
}

// Durations affect how cases are divided, and serial which cases come last: the shards still run
// each case once.
func TestShardsWithTimingsAndSerialCases(t *testing.T) {
	t.Parallel()
	for together, most := range map[string]int{"case": 7, "class": 8} {
		t.Run(together, func(t *testing.T) {
			t.Parallel()
			seen := map[string]int{}
			largest := 0
			for index := range 2 {
				x := newGoTarget(t, faulty, "none", "2").sharded(index, 2)
				x.manifest["keep_together"], x.manifest["serial"] = together, []string{"TestBefore"}
				x.manifest["timings"] = "_main/pkg/timings.json"
				x.write(timingsFile, `{"x_test": {"TestBefore": 60, "TestFault": 1, "TestAfter": 1, "TestGone": 70}, "other_test": {}}`, 0o644)
				x.run().wantExit(0)
				count := 0
				for name := range x.outcomes() {
					seen[name]++
					if !strings.Contains(name, "/") {
						count++
					}
				}
				largest = max(largest, count)
			}
			for name := range allPass() {
				if seen[name] != 1 {
					t.Errorf("%s ran %d times", name, seen[name])
				}
			}
			if largest != most {
				t.Errorf("the largest shard has %d cases, want %d", largest, most)
			}
		})
	}
}
