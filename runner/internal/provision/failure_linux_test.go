package provision_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/service"
	"github.com/interlock-build/rules_interlock/runner/internal/provision"
)

func TestFailuresSayWhatWasPrinted(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, script string
		want         []string
	}{
		{"exit code", `echo half; echo "no port" >&2; exit 3`, []string{
			"ended with exit code 3", `printed "half"`, "on stderr at last:\nno port",
		}},
		{"signal", `kill -KILL $$`, []string{"was ended by a signal (killed)"}},
		{"nothing", `exit 0`, []string{"there is nothing on stdout", `{"pid": 42, `}},
		{"no JSON", `echo ready`, []string{"should print one JSON object such as", `printed "ready"`, "\nhint: stdout is for that object alone: write logs to stderr"}},
		{"not an object", `echo '[]'`, []string{"should print one JSON object such as", "stdout has a JSON array", `"[]"`}},
		{"more", `echo '{"resources": [{}]} {}'`, []string{"more on stdout than one JSON object", `{}]} {}"`}},
		{"text after it", `echo '{"resources": [{}]}'; echo ready`, []string{"more on stdout than one JSON object", "ready"}},
		{"unknown field", `echo '{"resources": [{}], "port": 1}'`, []string{`unknown field "port"`}},
		{"no resource", `echo '{"pid": '$$', "resources": []}'`, []string{"resources has 0 objects"}},
		{"two resources", `echo '{"resources": [{}, {}]}'`, []string{"resources has 2 objects", "for each instance"}},
		{"not a string", `echo '{"resources": [{"port": 5432}]}'`, []string{
			`field "port" is 5432: want a string`, "\nhint: quote it: {\"port\": \"5432\"}",
		}},
		{"null", `echo '{"resources": [{"port": null}]}'`, []string{`field "port" is null`}},
		{"not a field", `echo '{"resources": [{"the port": "1"}]}'`, []string{`field "the port"`, "letters, digits and '_'"}},
		{"a field of the group", `echo '{"resources": [{"index": "1"}]}'`, []string{`field "index"`, "choose another name"}},
		{"NUL", `echo '{"resources": [{"port": "\u0000"}]}'`, []string{`field "port" has a NUL`}},
		{"pid 0", `echo '{"pid": 0, "resources": [{}]}'`, []string{"pid is 0"}},
		{"pid that is free", `sleep 0 & p=$!; wait; echo '{"pid": '$p', "resources": [{}]}'`, []string{
			"named pid ", "there is no such process",
		}},
		{"pid of a stranger", `echo '{"pid": 1, "resources": [{}]}'`, []string{
			"named pid 1, but that process was not started by it",
		}},
		{"pid of the runner", `echo '{"pid": '$PPID', "resources": [{}]}'`, []string{"was not started by it"}},
		{"too much", `head -c 100000 /dev/zero | tr '\0' ' '; echo '{"resources": [{}]}'`, []string{"should print one JSON object such as"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, db("db", 1))
			script, lifeline := lifelined(t, c.script)
			_, err := w.runner("a", script, db("db", 1)).try(t.Context(), need("db", 1))
			wantError(t, err, append(c.want, "//r:db: unit 0: the setup a.sh ")...)
			lifeline.AwaitGone()
		})
	}
}

func wantError(t *testing.T, err error, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("error %v, want %q in it", err, part)
		}
	}
}

func TestSetupThatTakesTooLong(t *testing.T) {
	t.Parallel()
	g := db("db", 1)
	g.Instances = []string{"pg0"}
	w := newWorld(t, g)
	script := `#!/bin/sh
echo starting >&2; printf '{"resources": '; exec sleep 1000`
	if err := os.WriteFile(w.path("slow"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	r := w.with("a", []provision.Group{setupOf(g, service.Spec{
		Setup: service.Program{Name: "slow", Path: w.path("slow")}, Timeout: 300 * time.Millisecond,
		Environ: []string{"PATH=" + os.Getenv("PATH")},
	})})
	_, err := r.try(t.Context(), need("db", 1))
	wantError(t, err, "//r:db: instance pg0: the setup slow has not printed what it made within 300ms", "setup_timeout",
		`printed "{\"resources\":"`, "at last:\nstarting")
}

func TestSetupThatCannotStart(t *testing.T) {
	t.Parallel()
	w := newWorld(t, db("db", 1))
	r := w.with("a", []provision.Group{setupOf(db("db", 1), service.Spec{
		Setup: service.Program{Name: "gone", Path: w.path("gone")}, Timeout: time.Minute,
	})})
	_, err := r.try(t.Context(), need("db", 1))
	wantError(t, err, "//r:db: unit 0: the setup gone does not start: ", "no such file")
}

// One failure may be chance, but each may take its whole timeout. What the setup printed is told for
// each attempt, and not for each case.
func TestSetupThatFailsIsTriedTwice(t *testing.T) {
	t.Parallel()
	w := newWorld(t, db("db", 1), db("other", 1))
	r := w.runner("a", `log "up $UNIT"; case $UNIT in db*) exit 1; esac
echo '{"resources": [{}]}'`, db("db", 1), db("other", 1))
	var last error
	for range 4 {
		_, last = r.try(t.Context(), need("db", 1))
		wantError(t, last, "exit code 1")
	}
	wantError(t, last, "//r:db: the setup a.sh ended with exit code 1, and is not tried again after 2 failures\nhint: ")
	if strings.Contains(last.Error(), "it printed \"") {
		t.Errorf("told again: %v", last)
	}
	w.wantLog("a up db0", "a up db0")
	r.acquire(need("other", 1))
}

func TestSuccessForgetsFailures(t *testing.T) {
	t.Parallel()
	w := newWorld(t, db("db", 1))
	r := w.runner("a", `log "up $UNIT"
if [ $(($(wc -l < "$LOG") % 2)) = 1 ]; then exit 1; fi
echo '{"pid": '$$', "resources": [{"name": "'$$'"}]}'
exec sleep 1000`, db("db", 1))
	for i := range 3 {
		_, err := r.try(t.Context(), need("db", 1))
		wantError(t, err, "exit code 1")
		held := r.acquire(need("db", 1))
		kill(t, values(held, "db")[0])
		w.await("dead instance", func() bool { return processIsGone(values(held, "db")[0]) })
		held.Release()
		if got := len(w.log()); got != 2*i+2 {
			t.Errorf("%d setups after %d rounds", got, i+1)
		}
	}
}

// processIsGone reports whether a process has ended, reaped or not.
func processIsGone(pid string) bool {
	text, err := os.ReadFile("/proc/" + pid + "/stat")
	return err != nil || strings.Contains(string(text), ") Z ")
}

// If one of several instances that a case needs fails, the others stop again.
func TestFailureOfOneStopsTheOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t, db("db", 2))
	r := w.runner("a", `if [ "$UNIT" = db1 ]; then while [ ! -e "$LOG" ]; do sleep 0.01; done; exit 1; fi
`+server, db("db", 2))
	_, err := r.try(t.Context(), need("db", 2))
	wantError(t, err, "//r:db: unit 1: ", "exit code 1")
	r.Close()
	w.wantLog("a up db0", "a down db0")
}

func TestEnvironmentThatCannotBeMade(t *testing.T) {
	t.Parallel()
	w := newWorld(t, db("db", 1))
	r := w.with("a", []provision.Group{{Group: db("db", 1), Spec: func(slot int) (service.Spec, error) {
		return service.Spec{}, fmt.Errorf("no variables for %d", slot)
	}}})
	_, err := r.try(t.Context(), group.Need{Group: "//r:db", Weight: 1})
	wantError(t, err, "//r:db: unit 0: no variables for 0")
}
