package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// several is a log without errors of two builds and a script: db, of capacity 1, has tokens, and
// no more than two runs may begin to use api within 4 s.
const several = `
start build=left target=//t:a run=1 uses=db fences=db=5 began=10
start build=right target=//t:a run=1 uses=api began=10.5
start target=script run=1 uses=api began=11.25
end build=right target=//t:a run=1
end build=left target=//t:a run=1
start build=right target=//t:b run=1 uses=db,api fences=db=9 began=14
end build=right target=//t:b run=1
end target=script run=1
`

// eventsOf are the events of several, by build.
var eventsOf = map[string]string{
	"left": `{"id":{"testResult":{"label":"//t:a","run":1}},"testResult":{"status":"PASSED","executionInfo":{"strategy":"linux-sandbox"}}}`,
	"right": `{"id":{"targetConfigured":{"label":"//t:b"}},"configured":{"tag":["local"]}}
		{"id":{"testResult":{"label":"//t:a","run":1}},"testResult":{"status":"PASSED","executionInfo":{"strategy":"linux-sandbox"}}}
		{"id":{"testResult":{"label":"//t:b","run":1}},"testResult":{"status":"PASSED","executionInfo":{"strategy":"local"}}}`,
}

func checkSeveral(t *testing.T, log string, flags ...string) (int, string) {
	t.Helper()
	dir := t.TempDir()
	args := []string{"checker", "-sandbox", "linux-sandbox", "-capacity", "db=1,api=2", "-rate", "api=2/3.25s", "-fenced", "db"}
	for _, build := range slices.Sorted(maps.Keys(eventsOf)) {
		file := filepath.Join(dir, build)
		if err := os.WriteFile(file, []byte(eventsOf[build]), 0o600); err != nil {
			t.Fatal(err)
		}
		args = append(args, "-events", build+"="+file)
	}
	logFile := filepath.Join(dir, "log")
	if err := os.WriteFile(logFile, []byte(inJSON(t, log)), 0o600); err != nil {
		t.Fatal(err)
	}
	var output strings.Builder
	code := check(append(append(args, flags...), logFile), &output, &output)
	return code, output.String()
}

func TestSoundLogOfSeveralPasses(t *testing.T) {
	code, output := checkSeveral(t, several, "-scripts", "script")
	if want := "4 runs; most at once: api 2, db 1, in all 3\n"; code != 0 || output != want {
		t.Errorf("exit code %d and %q, want 0 and %q", code, output, want)
	}
}

// TestFaultsOfSeveralAreFound changes one thing in the sound log, or asks for something else, and
// wants exactly the findings that follow.
func TestFaultsOfSeveralAreFound(t *testing.T) {
	for name, fault := range map[string]struct {
		inLog [2]string // old, new
		flags []string
		want  []string
	}{
		"two builds use what has capacity 1": {
			inLog: [2]string{"end build=left target=//t:a run=1\nstart build=right target=//t:b", "start build=right target=//t:b"},
			want: []string{
				"runs: //t:a (run 1 of left) started 1 times and ended 0 times, not once each",
				"capacity: db, of capacity 1, is used at once by //t:a (run 1 of left), //t:b (run 1 of right)",
			},
		},
		"a script that nobody announced": {
			flags: []string{"-scripts", "other"},
			want: []string{
				"runs: other (run 1) started 0 times and ended 0 times, not once each",
				"runs: script (run 1) is in the log, but not among Bazel's results",
			},
		},
		"a build of another name": {
			inLog: [2]string{"start build=left", "start build=middle"},
			want: []string{
				"runs: //t:a (run 1 of left) ends before it starts",
				"runs: //t:a (run 1 of left) started 0 times and ended 1 times, not once each",
				"runs: //t:a (run 1 of middle) started 1 times and ended 0 times, not once each",
				"runs: //t:a (run 1 of middle) is in the log, but not among Bazel's results",
				"capacity: db, of capacity 1, is used at once by //t:a (run 1 of middle), //t:b (run 1 of right)",
				"reached: no run of left was ever under way beside another build's",
			},
		},
		"three in a window for two": {
			flags: []string{"-rate", "api=2/4s"},
			want:  []string{"rate: api, of rate 2 in 4s, is used by 3 runs that began within 3.5s, from //t:a (run 1 of right) to //t:b (run 1 of right)"},
		},
		"nobody had to wait for the rate": {
			flags: []string{"-rate", "api=3/1s"},
			want:  []string{"reached: only 3 runs use api, of rate 3 in 1s, so none had to wait"},
		},
		"the rate was not used": {
			flags: []string{"-rate", "api=2/750ms"},
			want:  []string{"reached: api, of rate 2 in 750ms, was never used that often"},
		},
		"a token that falls": {
			inLog: [2]string{"fences=db=9", "fences=db=4"},
			want:  []string{"fences: //t:b (run 1 of right) has the token 4 of db, after //t:a (run 1 of left) had 5"},
		},
		"a token twice": {
			inLog: [2]string{"fences=db=9", "fences=db=5"},
			want:  []string{"fences: //t:b (run 1 of right) has the token 5 of db, as //t:a (run 1 of left) has"},
		},
		"no token": {
			inLog: [2]string{" fences=db=5", ""},
			want:  []string{"fences: //t:a (run 1 of left) has no token of db"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			code, output := checkSeveral(t, replace(t, several, fault.inLog), append([]string{"-scripts", "script"}, fault.flags...)...)
			lines := strings.Split(strings.TrimSpace(output), "\n")
			got := strings.Join(lines[:len(lines)-1], "\n") // without the summary
			if want := strings.Join(fault.want, "\n"); code != 1 || got != want {
				t.Errorf("exit code %d and findings\n%s\nwant 1 and\n%s", code, got, want)
			}
		})
	}
}

// TestBuildsInTurnProveNothing: none contends with another.
func TestBuildsInTurnProveNothing(t *testing.T) {
	code, output := checkSeveral(t, `
start build=right target=//t:a run=1 uses=api began=1
end build=right target=//t:a run=1
start build=right target=//t:b run=1 uses=db,api fences=db=9 began=2
end build=right target=//t:b run=1
start build=left target=//t:a run=1 uses=db fences=db=10 began=5
end build=left target=//t:a run=1
start target=script run=1 uses=api began=11.25
end target=script run=1
`, "-scripts", "script")
	for _, build := range []string{"the scripts", "left", "right"} {
		if want := "reached: no run of " + build + " was ever under way beside another build's\n"; code != 1 || !strings.Contains(output, want) {
			t.Errorf("exit code %d and\n%s\nwant 1 and %q in it", code, output, want)
		}
	}
}

// TestBuildsInTurnMayHaveOneName if their runs differ.
func TestBuildsInTurnMayHaveOneName(t *testing.T) {
	file := filepath.Join(t.TempDir(), "events")
	for target, want := range map[string]struct {
		code   int
		output string
	}{
		"//t:c": {0, "5 runs; "},
		"//t:a": {2, "checker: //t:a (run 1 of left) is in the events of two builds\n"},
	} {
		if err := os.WriteFile(file, []byte(strings.Replace(eventsOf["left"], "//t:a", target, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		log := several + "start build=left target=//t:c run=1\nend build=left target=//t:c run=1\n"
		code, output := checkSeveral(t, log, "-scripts", "script", "-events", "left="+file)
		if code != want.code || !strings.HasPrefix(output, want.output) {
			t.Errorf("%s: exit code %d and %q, want %d and %q", target, code, output, want.code, want.output)
		}
	}
}

// TestWrongFlagsAreErrors: a flag that cannot be understood must not count as a check.
func TestWrongFlagsAreErrors(t *testing.T) {
	for _, flags := range [][]string{
		{"-rate", "api=2"}, {"-rate", "api=2/0s"}, {"-rate", "api=0/1s"}, {"-events", "middle="},
	} {
		if code, output := checkSeveral(t, several, flags...); code != 2 {
			t.Errorf("%q: exit code %d and %q, want 2", flags, code, output)
		}
	}
}
