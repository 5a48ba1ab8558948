package app

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// Listing is a process more. Without workers it is not needed, unless names
// have to be compared with patterns, or divided among shards.
func TestWithoutWorkersThereIsOneGoProcess(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change    func(*target)
		processes int
	}{
		"no groups": {func(*target) {}, 1},
		"groups of all": {func(x *target) {
			x.manifest["groups"] = []any{processGroup("@@//r:a", "*"), processGroup("@@//r:b", "*")}
		}, 1},
		"a pattern": {func(x *target) { x.manifest["groups"] = []any{processGroup("@@//r:a", "TestP*")} }, 2},
		"one shard": {func(x *target) { x.sharded(0, 1) }, 1},
		"filter":    {func(x *target) { x.vars["TESTBRIDGE_TEST_ONLY"] = "Test,Example,Fuzz" }, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			x := newGoTarget(t, faulty, "none", "0")
			c.change(x)
			r := x.run()
			r.wantExit(0)
			r.wantLog("interlock: 8 passed, 0 failed")
			x.wantOutcomes(allPass())
			if got := x.journal()["process"]; got != c.processes {
				t.Errorf("%d processes, want %d", got, c.processes)
			}
		})
	}
}

func TestGoPatternThatMatchesNoTest(t *testing.T) {
	eachGo(t, "none", func(x *target, _ string) {
		x.manifest["groups"] = []any{processGroup("@@//r:db", "*", "TestDB*")}
		x.run().wantExit(78)
		x.wantError("config", `//r:db: the pattern "TestDB*" matches no case of this test`, "the cases are: TestBefore, TestFault")
	})
}

func TestShardsRunEachGoTestOnce(t *testing.T) {
	t.Parallel()
	for _, total := range []int{2, 5, 11} {
		t.Run(fmt.Sprint(total), func(t *testing.T) {
			eachGo(t, "none", func(x *target, workers string) {
				count := map[string]int{}
				for index := range total {
					x := newGoTarget(x.t, faulty, "none", workers).sharded(index, total)
					x.run().wantExit(0)
					for name := range x.outcomes() {
						count[name]++
					}
				}
				if slices.Max(slices.Collect(maps.Values(count))) != 1 || len(count) != len(allOfThem)+1 {
					x.t.Errorf("the shards have %v", count)
				}
			})
		})
	}
}

func TestGoTestsThatAreAskedFor(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		filter string
		args   []string
		want   string
	}{
		{"TestBefore", nil, "TestBefore"},
		{"^Test.*[12]$,Example", nil, "Example TestParallel1 TestParallel2"},
		{"-Test,-Fuzz", nil, "Example"},
		{"Test,-TestParallel,-TestFault/.", nil, "TestAfter TestBefore TestFault"},
		{"TestFault/same,-TestFault/#01", nil, "TestFault TestFault/same"},
		{"TestBefore", []string{"-test.run=TestAfter"}, "TestBefore"},
		{"-TestFault", []string{"-test.run=TestAfter|TestFault"}, "TestAfter"},
		{"(Before|After)$", []string{"-test.skip=After"}, "TestBefore"},
		{"", []string{"--test.run", "TestFault/^a$/b|TestFault/x[|_]"}, `TestFault TestFault/a/b TestFault/x_(1s) TestFault/x|y`},
		{"NoSuchTest", nil, ""},
	} {
		t.Run(c.filter+" "+strings.Join(c.args, " "), func(t *testing.T) {
			eachGo(t, "names", func(x *target, _ string) {
				if c.filter != "" {
					x.vars["TESTBRIDGE_TEST_ONLY"] = c.filter
				}
				r := x.run(c.args...)
				r.wantExit(0)
				got := strings.Join(slices.Sorted(maps.Keys(x.outcomes())), " ")
				if got != c.want {
					x.t.Errorf("ran %q, want %q; the log:\n%s", got, c.want, r.log)
				}
			})
		})
	}
}

func TestMalformedPatternsOfGoTests(t *testing.T) {
	t.Parallel()
	for filter, want := range map[string]string{"": "-test.run: error parsing regexp", "Test(": "-test.run: error parsing regexp"} {
		x := newGoTarget(t, faulty, "none", "1")
		args := []string{"-test.run=a["}
		if filter != "" {
			x.vars["TESTBRIDGE_TEST_ONLY"], args = filter, nil
		}
		x.run(args...).wantExit(78)
		x.wantError("config", want)
	}
}

// An argument after "--" is not a flag of the testing package.
func TestOwnFlagsOfGoTests(t *testing.T) {
	eachGo(t, "none", func(x *target, _ string) {
		x.run("-test.parallel", "2", "--", "-test.run=NoSuchTest", "-own").wantExit(0)
		x.wantOutcomes(allPass())
		text, _ := x.read("journal")
		if !strings.Contains(text, "-test.parallel 2 -- -test.run=NoSuchTest -own\n") {
			t.Errorf("the arguments were %s", text)
		}
	})
}

func TestRaceIsTheFailureOfItsTest(t *testing.T) {
	t.Parallel()
	for _, workers := range []string{"0", "1", "4"} {
		x := newGoTarget(t, faultyRace, "race", workers)
		r := x.run()
		r.wantExit(1)
		r.wantLog("WARNING: DATA RACE\n")
		want := allPass()
		want["TestFault"] = "failure: WARNING: DATA RACE"
		x.wantOutcomes(want)
	}
}

// Somebody who asked for shards learns what makes them useless.
func TestShardWhoseCasesAGroupTiesToAnotherOne(t *testing.T) {
	t.Parallel()
	x := newGoTarget(t, faulty, "none", "1")
	x.manifest["groups"] = []any{processGroup("@@//r:db", "*")}
	r := x.sharded(1, 2).run()
	r.wantExit(0)
	r.wantLog("interlock: this shard has no case: //r:db (capacity 1) ties all 8 cases to shard 1 of 2\n")
}
