package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// sound is a log without errors, in the notation of inJSON: two resources of capacity 1, one of
// capacity 2.
const sound = `
start target=//t:a run=1 uses=db locks=plain network=net:[1]
start target=//t:b run=1 uses=api locks=opt network=net:[1]
start target=//t:b run=2 uses=api locks=opt network=net:[1]
end target=//t:a run=1 uses=db locks=plain network=net:[1]
start target=//t:c run=1 uses=db,port locks=opt network=net:[2]
end target=//t:b run=1 uses=api locks=opt network=net:[1]
end target=//t:c run=1 uses=db,port locks=opt network=net:[2]
end target=//t:b run=2 uses=api locks=opt network=net:[1]
`

const events = `
{"id":{"started":{}},"started":{"uuid":"1"}}
{"id":{"targetConfigured":{"label":"//t:a"}},"configured":{"tag":["local"]}}
{"id":{"targetConfigured":{"label":"//t:b"}},"configured":{"tag":["local","slow"]}}
{"id":{"targetConfigured":{"label":"//t:c"}},"configured":{"tag":["block-network"]}}
{"id":{"testResult":{"label":"//t:a","run":1,"attempt":1}},"testResult":{"status":"PASSED","executionInfo":{"strategy":"local"}}}
{"id":{"testResult":{"label":"//t:b","run":1,"attempt":1}},"testResult":{"status":"PASSED","executionInfo":{"strategy":"local"}}}
{"id":{"testResult":{"label":"//t:b","run":2,"attempt":1}},"testResult":{"status":"PASSED","executionInfo":{"strategy":"local"}}}
{"id":{"testResult":{"label":"//t:c","run":1,"attempt":1}},"testResult":{"status":"PASSED","executionInfo":{"strategy":"linux-sandbox"}}}
`

// runChecker checks a log and events, and returns the exit code and the output.
func runChecker(t *testing.T, log, events string, flags ...string) (int, string) {
	t.Helper()
	dir := t.TempDir()
	logFile, eventsFile := filepath.Join(dir, "log"), filepath.Join(dir, "events.json")
	for path, text := range map[string]string{logFile: inJSON(t, log), eventsFile: events} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	args := append([]string{"checker", "-events", eventsFile, "-sandbox", "linux-sandbox", "-capacity", "db=1,port=1,api=2"}, flags...)
	var output strings.Builder
	code := check(append(args, logFile), &output, &output)
	return code, output.String()
}

func TestSoundLogPasses(t *testing.T) {
	code, output := runChecker(t, sound, events, "-configurations", "2")
	if want := "4 runs; most at once: api 2, db 1, port 1, in all 3\n"; code != 0 || output != want {
		t.Errorf("exit code %d and %q, want 0 and %q", code, output, want)
	}
}

// TestFaultsAreFound removes one thing from the sound log, or adds one, and wants exactly the
// findings that follow.
func TestFaultsAreFound(t *testing.T) {
	const lastOfA = "end target=//t:a run=1 uses=db locks=plain network=net:[1]\n"
	const firstOfC = "start target=//t:c run=1 uses=db,port locks=opt network=net:[2]\n"
	for name, fault := range map[string]struct {
		inLog, inEvents [2]string // old, new
		flags           []string
		want            []string
	}{
		"two use what has capacity 1": {
			inLog: [2]string{lastOfA + firstOfC, firstOfC + lastOfA},
			want:  []string{"capacity: db, of capacity 1, is used at once by //t:a (run 1), //t:c (run 1)"},
		},
		"three use what has capacity 2": {
			inLog: [2]string{"end target=//t:b run=1", "start target=//t:d run=1 uses=api\nend target=//t:d run=1\nend target=//t:b run=1"},
			want: []string{
				"runs: //t:d (run 1) is in the log, but not among Bazel's results",
				"capacity: api, of capacity 2, is used at once by //t:b (run 1), //t:b (run 2), //t:d (run 1)",
			},
		},
		"more weight than capacity": {
			inLog: [2]string{"start target=//t:b run=2 uses=api", "start target=//t:b run=2 uses=api=2"},
			want:  []string{"capacity: api, of capacity 2, is used at once by //t:b (run 1), //t:b (run 2)"},
		},
		"shared beside another use": {
			inLog: [2]string{"start target=//t:b run=2 uses=api", "start target=//t:b run=2 uses=api=shared"},
			want: []string{
				"sharing: api is shared by //t:b (run 2), and used at once by //t:b (run 1)",
				"reached: api, of capacity 2, was never used by more than 1 at once",
				"reached: api was never shared by more than one at once",
			},
		},
		"no end": {
			inLog: [2]string{lastOfA, ""},
			want: []string{
				"runs: //t:a (run 1) started 1 times and ended 0 times, not once each",
				"capacity: db, of capacity 1, is used at once by //t:a (run 1), //t:c (run 1)",
			},
		},
		"no start": {
			inLog: [2]string{"start target=//t:a run=1 uses=db locks=plain network=net:[1]\n", ""},
			want: []string{
				"runs: //t:a (run 1) ends before it starts",
				"runs: //t:a (run 1) started 0 times and ended 1 times, not once each",
			},
			flags: []string{"-configurations", "1"},
		},
		"ran twice": {
			inLog: [2]string{lastOfA, lastOfA + "start target=//t:a run=1 uses=db\n" + lastOfA},
			want:  []string{"runs: //t:a (run 1) started 2 times and ended 2 times, not once each"},
		},
		"did not run": {
			inEvents: [2]string{`{"id":{"started":{}},`, `{"id":{"testResult":{"label":"//t:a","run":2}},"testResult":{"status":"PASSED","executionInfo":{"strategy":"local"}}}` + "\n" + `{"id":{"started":{}},`},
			want:     []string{"runs: //t:a (run 2) started 0 times and ended 0 times, not once each"},
		},
		"failed": {
			inEvents: [2]string{`"PASSED","executionInfo":{"strategy":"linux-sandbox"}`, `"FAILED","executionInfo":{"strategy":"linux-sandbox"}`},
			want:     []string{"runs: //t:c (run 1) is FAILED, not PASSED"},
		},
		"unknown resource": {
			inLog: [2]string{"start target=//t:a run=1 uses=db", "start target=//t:a run=1 uses=db,disk"},
			want:  []string{"capacity: //t:a (run 1) uses disk, of which no capacity was given"},
		},
		"another strategy": {
			inEvents: [2]string{`"executionInfo":{"strategy":"linux-sandbox"}`, `"executionInfo":{"strategy":"processwrapper-sandbox"}`},
			want: []string{
				"strategy: //t:c (run 1) ran under processwrapper-sandbox, not under linux-sandbox",
				"strategy: nothing ran under linux-sandbox",
			},
		},
		"local by itself": {
			inEvents: [2]string{`["local"]`, `[]`},
			want:     []string{"strategy: //t:a (run 1) ran under local, not under linux-sandbox"},
		},
		"network not blocked": {
			inLog: [2]string{"start target=//t:c run=1 uses=db,port locks=opt network=net:[2]", "start target=//t:c run=1 uses=db,port locks=opt network=net:[1]"},
			want:  []string{"network: //t:c (run 1) is tagged block-network, but runs in the network of the machine"},
		},
		"too few configurations": {
			flags: []string{"-configurations", "3"},
			want:  []string{"configurations: no group has lock files in more than 2 configurations, so not in 3"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			code, output := runChecker(t, replace(t, sound, fault.inLog), replace(t, events, fault.inEvents), fault.flags...)
			lines := strings.Split(strings.TrimSpace(output), "\n")
			got := strings.Join(lines[:len(lines)-1], "\n") // without the summary
			if want := strings.Join(fault.want, "\n"); code != 1 || got != want {
				t.Errorf("exit code %d and findings\n%s\nwant 1 and\n%s", code, got, want)
			}
		})
	}
}

// TestLogWithoutContentionProvesNothing: one run after the other.
func TestLogWithoutContentionProvesNothing(t *testing.T) {
	code, output := runChecker(t, `
start target=//t:a run=1 uses=db
end target=//t:a run=1 uses=db
start target=//t:b run=1 uses=api
end target=//t:b run=1 uses=api
start target=//t:b run=2 uses=api
end target=//t:b run=2 uses=api
start target=//t:c run=1 uses=db,port network=net:[2]
end target=//t:c run=1 uses=db,port
`, events)
	const want = "reached: api, of capacity 2, was never used by more than 1 at once\n" +
		"reached: runs that have no resource in common never ran at once\n" +
		"4 runs; most at once: api 1, db 1, port 1, in all 1\n"
	if code != 1 || output != want {
		t.Errorf("exit code %d and\n%s\nwant 1 and\n%s", code, output, want)
	}
}

// TestMoreShareThanTheCapacity: that is not an error.
func TestMoreShareThanTheCapacity(t *testing.T) {
	log, results := sound, events
	for n := range 3 {
		log += fmt.Sprintf("start target=//t:d run=%d uses=api=shared\n", n)
		results += fmt.Sprintf(`{"id":{"testResult":{"label":"//t:d","run":%d}},"testResult":{"status":"PASSED","executionInfo":{"strategy":"linux-sandbox"}}}`, n)
	}
	for n := range 3 {
		log += fmt.Sprintf("end target=//t:d run=%d uses=api=shared\n", n)
	}
	code, output := runChecker(t, log, results)
	if want := "7 runs; most at once: api 2 or shared by 3, db 1, port 1, in all 3\n"; code != 0 || output != want {
		t.Errorf("exit code %d and %q, want 0 and %q", code, output, want)
	}
}

func TestEmptyLogAndEventsProveNothing(t *testing.T) {
	code, output := runChecker(t, "", "")
	if code != 1 || !strings.HasPrefix(output, "runs: Bazel ran nothing\n") {
		t.Errorf("exit code %d and %q, want 1 and that nothing ran", code, output)
	}
}

func replace(t *testing.T, text string, change [2]string) string {
	t.Helper()
	if change[0] == "" {
		return text
	}
	if !strings.Contains(text, change[0]) {
		t.Fatalf("%q is not in the text", change[0])
	}
	return strings.Replace(text, change[0], change[1], 1)
}

// TestCasesAreRuns: each case of a target with cases must be in the log, in whatever shard.
func TestCasesAreRuns(t *testing.T) {
	const line = " target=//t:a case=%s run=1 uses=db locks=plain network=net:[1]\n"
	inLog := strings.NewReplacer(
		"start target=//t:a run=1 uses=db locks=plain network=net:[1]\n", "start"+fmt.Sprintf(line, "TestX")+"end"+fmt.Sprintf(line, "TestX")+"start"+fmt.Sprintf(line, "TestY"),
		"end target=//t:a run=1 uses=db locks=plain network=net:[1]\n", "end"+fmt.Sprintf(line, "TestY"),
	).Replace(sound)
	if code, output := runChecker(t, inLog, events, "-cases", "//t:a=TestX,TestY"); code != 0 {
		t.Errorf("exit code %d and %q, want 0", code, output)
	}
	code, output := runChecker(t, inLog, events, "-cases", "//t:a=TestX,TestY,TestZ")
	if want := "runs: //t:a TestZ (run 1) started 0 times and ended 0 times, not once each\n"; code != 1 || !strings.HasPrefix(output, want) {
		t.Errorf("exit code %d and %q, want 1 and %q", code, output, want)
	}
	failedShard := `{"id":{"testResult":{"label":"//t:a","run":1,"shard":2}},"testResult":{"status":"FAILED","executionInfo":{"strategy":"local"}}}`
	if code, output := runChecker(t, inLog, events+failedShard, "-cases", "//t:a=TestX,TestY"); code != 1 || !strings.Contains(output, "TestX (run 1) is FAILED") {
		t.Errorf("exit code %d and %q with a shard that failed", code, output)
	}
}
