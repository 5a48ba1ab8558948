package app

import (
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/testkit/pipetest"
)

// withSetup gives a target's only group instances, which a script starts. The script has the
// variable LOG, a file.
func withSetup(x *target, script string) *target {
	x.t.Helper()
	g := x.manifest["groups"].([]any)[0].(map[string]any)
	g["name"], g["capacity"], g["instances"] = "db", 2, []string{"pg0", "pg1"}
	g["env"] = map[string]string{"PGPORT": "{port}", "PGNAME": "name-of-{instance}", "PGURL": "{url}"}
	g["setup"] = map[string]any{"program": "_main/r/start", "timeout_seconds": 30, "files": "_main/r/db.setup_files"}
	x.write("x_test.runfiles/_main/r/start", "#!/bin/sh\n"+script+"\n", 0o755)
	return x
}

// server runs until it is told to end.
const server = `echo up >> "$LOG"
trap 'echo down >> "$LOG"; exit' TERM
echo '{"resources": [{"port": "543'$INTERLOCK_SLOT_DB'", "url": ""}]}'
while :; do sleep 0.02; done`

func newTargetWithSetup(t *testing.T, script, setup string) *target {
	t.Helper()
	x := newTarget(t, script)
	x.manifest["groups"] = []any{processGroup("@@//r:db", "*")}
	x.vars["LOG"] = x.dir + "/log"
	return withSetup(x, setup)
}

func TestCasesAreToldOfTheirInstance(t *testing.T) {
	t.Parallel()
	x := newTargetWithSetup(t, `echo "$PGPORT $PGNAME $INTERLOCK_DB_INSTANCE"; cat "$LOG"`, `env > "$LOG.env"
`+server)
	r := x.run()
	r.wantExit(0)
	r.wantLog("5430 name-of-pg0 pg0\nup\ninterlock: PASS")
	environ, _ := x.read("log.env")
	for _, want := range []string{
		"PGNAME=name-of-pg0\n", "INTERLOCK_DB_INSTANCE=pg0\n", "INTERLOCK_SLOT_DB=0\n", "TEST_TARGET=//pkg:x_test\n",
	} {
		if !strings.Contains(environ, want) {
			t.Errorf("the setup has no %q among:\n%s", want, environ)
		}
	}
	if !regexp.MustCompile(`(?m)^PGPORT=[1-9][0-9]*$`).MatchString(environ) {
		t.Errorf("the setup has no port among:\n%s", environ)
	}
	for _, not := range []string{"PGURL=", "XML_OUTPUT_FILE=", "TEST_TMPDIR=" + x.vars["TEST_TMPDIR"] + "\n"} {
		if strings.Contains("\n"+environ, "\n"+not) {
			t.Errorf("the setup has %q among:\n%s", not, environ)
		}
	}
}

func TestInstancesEndWithTheRun(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		script string
		signal syscall.Signal
		exit   int
		log    string
	}{
		"passed":     {"exit 0", 0, 0, "up\ndown\n"},
		"failed":     {"exit 3", 0, 3, "up\ndown\n"},
		"terminated": {"echo running; exec sleep 1000", syscall.SIGTERM, 143, "up\ndown\n"},
		"killed":     {"echo running; exec sleep 1000", syscall.SIGKILL, -1, "up\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := newTargetWithSetup(t, c.script, `exec 9> "$LIFELINE"
`+server)
			lifeline := pipetest.NewLifeline(t)
			x.vars["LIFELINE"], x.vars["TMPDIR"] = lifeline.Path, x.dir // one that is killed cannot tidy up
			r := x.start()
			if c.signal != 0 {
				r.log.await(t, "running\n")
				r.signal(c.signal)
			}
			r.wantExit(c.exit)
			lifeline.AwaitGone()
			if log, _ := x.read("log"); log != c.log {
				t.Errorf("the setup wrote %q, want %q", log, c.log)
			}
		})
	}
}

// Bazel gives a test that it stops less time than an instance usually has.
func TestDeafInstanceDoesNotOutliveTheGrace(t *testing.T) {
	t.Parallel()
	x := newTargetWithSetup(t, "echo running; exec sleep 1000", `trap "" TERM; exec 9> "$LIFELINE"
echo '{"resources": [{"url": ""}]}'; while :; do sleep 0.02; done`)
	lifeline := pipetest.NewLifeline(t)
	x.vars["LIFELINE"], x.vars["TEST_TIMEOUT"] = lifeline.Path, "60" // the grace is 3 s
	r := x.start()
	r.log.await(t, "running\n")
	told := time.Now()
	r.signal(syscall.SIGTERM)
	r.wantExit(143)
	if took := time.Since(told); took > 15*time.Second {
		t.Errorf("the runner ended %v after it was told to", took)
	}
	lifeline.AwaitGone()
}

func TestFailingSetupIsInfrastructureFailure(t *testing.T) {
	t.Parallel()
	x := newTargetWithSetup(t, "echo must not run", `echo "no space" >&2; exit 4`)
	r := x.run()
	r.wantExit(69)
	x.wantError("infrastructure", "//r:db: instance pg0: the setup r/start ended with exit code 4", "no space")
	if text, _ := x.read("infrastructure"); !strings.HasPrefix(text, "interlock\n//r:db: ") {
		t.Errorf("the infrastructure failure file has %q", text)
	}
	if strings.Contains(r.log.String(), "must not run\n") {
		t.Error("the test ran without its instance")
	}
}

func TestSetupThatIsNoRunfile(t *testing.T) {
	t.Parallel()
	x := newTargetWithSetup(t, "echo must not run", server)
	x.manifest["groups"].([]any)[0].(map[string]any)["setup"] = map[string]any{
		"program": "_main/../start", "timeout_seconds": 1, "files": "_main/r/db.setup_files",
	}
	r := x.run()
	r.wantExit(78)
	x.wantError("config", "//r:db: setup ../start: ")
}

// Two tests with a group of one instance: each starts its own, never two at once.
func TestRunnersTakeTurnsWithAnInstance(t *testing.T) {
	t.Parallel()
	g := newBuildGroup(t, 1)
	log := realTempDir(t) + "/log"
	var all []*runner
	for range 3 {
		x := withSetup(g.newTarget(`echo case >> "$LOG"`), server)
		group := x.manifest["groups"].([]any)[0].(map[string]any)
		group["capacity"], group["instances"] = 1, []string{"pg0"}
		x.vars["LOG"] = log
		all = append(all, x.start())
	}
	for _, r := range all {
		r.wantExit(0)
	}
	all[0].dir = log[:len(log)-len("/log")]
	if got, _ := all[0].read("log"); got != strings.Repeat("up\ncase\ndown\n", 3) {
		t.Errorf("the setups and cases wrote %q", got)
	}
}
