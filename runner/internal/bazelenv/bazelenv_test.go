package bazelenv_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/runner/internal/bazelenv"
)

func parse(vars map[string]string) (bazelenv.Env, error) {
	return bazelenv.Parse(func(name string) (string, bool) {
		value, ok := vars[name]
		return value, ok
	})
}

func TestEverythingThatBazelSets(t *testing.T) {
	got, err := parse(map[string]string{
		"TEST_TARGET": "//pkg:x_test", "TEST_TOTAL_SHARDS": "3", "TEST_SHARD_INDEX": "2",
		"TEST_SHARD_STATUS_FILE": "/s", "TEST_RUN_NUMBER": "4", "TEST_TIMEOUT": "300",
		"TESTBRIDGE_TEST_ONLY": "foo", "TESTBRIDGE_TEST_RUNNER_FAIL_FAST": "1", "XML_OUTPUT_FILE": "/x",
		"TEST_PREMATURE_EXIT_FILE": "/p", "TEST_INFRASTRUCTURE_FAILURE_FILE": "/i", "TEST_TMPDIR": "/t",
		"COVERAGE": "1", "COVERAGE_DIR": "/c",
	})
	want := bazelenv.Env{
		Target: "//pkg:x_test", Shard: bazelenv.Shard{Index: 2, Total: 3, StatusFile: "/s"}, RunNumber: 4,
		Timeout: 5 * time.Minute, Filter: "foo", FailFast: true, XMLOutput: "/x", PrematureExit: "/p",
		InfrastructureFailure: "/i", TmpDir: "/t", Coverage: bazelenv.Coverage{Dir: "/c"},
	}
	if err != nil || got != want {
		t.Errorf("got %+v, %v\nwant %+v", got, err, want)
	}
}

func TestStartedByHand(t *testing.T) {
	got, err := parse(nil)
	if want := (bazelenv.Env{Shard: bazelenv.Shard{Total: 1}}); err != nil || got != want {
		t.Errorf("got %+v, %v\nwant %+v", got, err, want)
	}
}

func TestMalformedIsAnErrorThatNamesTheVariable(t *testing.T) {
	sharded := map[string]string{"TEST_TOTAL_SHARDS": "2", "TEST_SHARD_INDEX": "1", "TEST_SHARD_STATUS_FILE": "/s"}
	for _, c := range []struct {
		name, value string // an empty value stands for a variable that is not set
		sharded     bool
	}{
		{name: "TEST_TOTAL_SHARDS", value: "two"},
		{name: "TEST_TOTAL_SHARDS", value: "-1"},
		{name: "TEST_SHARD_INDEX", value: "1"},
		{name: "TEST_SHARD_INDEX", value: "2", sharded: true},
		{name: "TEST_SHARD_INDEX", value: "-1", sharded: true},
		{name: "TEST_SHARD_INDEX", sharded: true},
		{name: "TEST_SHARD_STATUS_FILE", sharded: true},
		{name: "TEST_TIMEOUT", value: "soon"},
		{name: "TEST_TIMEOUT", value: "0"},
		{name: "TEST_RUN_NUMBER", value: "0"},
		{name: "TESTBRIDGE_TEST_RUNNER_FAIL_FAST", value: "yes"},
	} {
		vars := map[string]string{}
		if c.sharded {
			maps.Copy(vars, sharded)
		}
		vars[c.name] = c.value
		if c.value == "" {
			delete(vars, c.name)
		}
		if _, err := parse(vars); err == nil || !strings.Contains(err.Error(), c.name) {
			t.Errorf("%s=%q: error %v", c.name, c.value, err)
		}
	}
	if _, err := parse(map[string]string{"COVERAGE": "1"}); err == nil {
		t.Error("COVERAGE=1 without COVERAGE_DIR is accepted")
	}
}

func TestAllErrorsAtOnce(t *testing.T) {
	_, err := parse(map[string]string{"TEST_TIMEOUT": "soon", "TEST_RUN_NUMBER": "x"})
	if err == nil || !strings.Contains(err.Error(), "TEST_TIMEOUT") || !strings.Contains(err.Error(), "TEST_RUN_NUMBER") {
		t.Errorf("error %v", err)
	}
}

func TestChildNeverSeesOurSharding(t *testing.T) {
	child := bazelenv.ForChild([]string{
		"TEST_TOTAL_SHARDS=2", "GTEST_SHARD_INDEX=1", "TEST_SHARD_STATUS_FILE=/s", "XML_OUTPUT_FILE=/x",
		"TESTBRIDGE_TEST_ONLY=a=b", "TEST_PREMATURE_EXIT_FILE=/p", "TEST_TMPDIR=/t", "COVERAGE_DIR=/c", "EMPTY=",
		"INTERLOCK_RETRIES=1", "INTERLOCKED=2",
	}, map[string]string{"COVERAGE_DIR": "/c/1", "NEW": "x=y"})
	if want := []string{"COVERAGE_DIR=/c/1", "EMPTY=", "INTERLOCKED=2", "NEW=x=y", "TEST_TMPDIR=/t"}; !slices.Equal(child, want) {
		t.Errorf("got %q, want %q", child, want)
	}
}
