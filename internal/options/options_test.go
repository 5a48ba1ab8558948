package options_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/options"
)

func TestArgs(t *testing.T) {
	o := options.Default()
	others, err := o.Args([]string{
		"-test.v", "--interlock-case-timeout=1m30s", "--interlock-retries=1", "--interlock-retries=2", "x",
		"--interlock-leaks=fail", "--interlock-workers=auto", "--interlock-shuffle=7", "--interlock-plan=write", "--", "--interlock-retries=3",
	})
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"-test.v", "x", "--", "--interlock-retries=3"}; !slices.Equal(others, want) {
		t.Errorf("others are %q, want %q", others, want)
	}
	want := options.Default()
	want.CaseTimeout, want.Retries, want.Leaks, want.Workers = 90*time.Second, 2, options.FailLeaks, "auto"
	want.Shuffle, want.Plan = options.Shuffle{On: true, Seed: 7}, options.WritePlan
	if o != want {
		t.Errorf("got %+v, want %+v", o, want)
	}
}

func TestEnvironment(t *testing.T) {
	vars := map[string]string{
		"INTERLOCK_RETRY_DELAY": "1s", "INTERLOCK_FLAKY_RESULT": "fail", "INTERLOCK_REPEAT": "", "INTERLOCK_WORKER": "7",
		"INTERLOCK_SHUFFLE": "on",
	}
	o := options.Default()
	err := o.Lookup(func(name string) (string, bool) { value, ok := vars[name]; return value, ok })
	want := options.Default()
	want.RetryDelay, want.FlakyResult, want.Shuffle.On = time.Second, options.FlakyFails, true
	if err != nil || o != want {
		t.Errorf("got %+v, %v, want %+v", o, err, want)
	}
}

func TestMistakes(t *testing.T) {
	for arg, want := range map[string]string{
		"--interlock-retry=1":         `argument --interlock-retry: there is no option "retry"; the options are: allow-empty, case-timeout, `,
		"--interlock-retries":         `argument --interlock-retries: "": want a whole number of at least 0`,
		"--interlock-retries=-1":      `"-1": want a whole number of at least 0`,
		"--interlock-repeat=0":        "want a whole number of at least 1",
		"--interlock-case-timeout=10": "want a duration, such as 1m30s",
		"--interlock-grace=-1s":       "want a duration",
		"--interlock-leaks=maybe":     "want report or fail or ignore",
		"--interlock-plan=print":      "want write or only",
		"--interlock-workers=many":    "want a whole number of at least 0, or auto",
		"--interlock-shuffle=0":       "want on, off, or a seed",
	} {
		o := options.Default()
		if _, err := o.Args([]string{arg}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", arg, err, want)
		}
	}
	o := options.Default()
	err := o.Lookup(func(name string) (string, bool) { return map[string]string{"INTERLOCK_MAX_FAIL": "x"}[name], true })
	if want := `environment variable INTERLOCK_MAX_FAIL: "x": want`; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want %q", err, want)
	}
}

func TestHelpNamesEveryOption(t *testing.T) {
	o := options.Default()
	_, err := o.Args([]string{"--interlock-help"})
	if !errors.Is(err, options.ErrHelp) {
		t.Fatalf("error %v", err)
	}
	for _, name := range options.Names() {
		if !strings.Contains(err.Error(), "  --interlock-"+name+"=") {
			t.Errorf("no %s in %v", name, err)
		}
	}
}

func TestMisspeltVariables(t *testing.T) {
	got := options.Misspelt([]string{
		"INTERLOCK_RETRYS=3", "INTERLOCK_RETRIES=3", "INTERLOCK_WORKER=1", "INTERLOCK_GATE=[]", "INTERLOCK_HOST_DIR=/x", "INTERLOCK_SLOT_LEAK=0",
		"INTERLOCK_MAXFAIL=1", "INTERLOCK_SHUFLE=", "RETRYS=3",
	})
	want := []string{
		"the environment variable INTERLOCK_RETRYS sets nothing; did you mean INTERLOCK_RETRIES?",
		"the environment variable INTERLOCK_MAXFAIL sets nothing; did you mean INTERLOCK_MAX_FAIL?",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestUnknownOptionSaysWhatWasMeant(t *testing.T) {
	o := options.Default()
	if err := o.Set("retrys", "3", "x"); err == nil || !strings.HasSuffix(err.Error(), "\nhint: did you mean \"retries\"?") {
		t.Errorf("error %v", err)
	}
}
