package main

import (
	"errors"
	"strings"
	"testing"

	"github.com/interlock-build/rules_interlock/e2e/outcomes"
)

const explanations = `example.com/m . TestA pass-fail because of A
example.com/m sub/pkg TestB/* missing-pass names from the clock
example.com/m . TestFlaky unstable it has a race
`

func explained(t *testing.T) outcomes.Explanations {
	t.Helper()
	all, err := outcomes.ParseExplanations(explanations)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func differs(test, kind string) outcomes.Difference {
	return outcomes.Difference{Test: test, Kind: kind}
}

func TestVerdict(t *testing.T) {
	explainedTest := packageReport{path: ".", tests: 1, found: map[outcomes.Difference][]setting{
		differs("TestA", "pass-fail"): {{5, 4}}, differs("TestFlaky", outcomes.Unstable): nil,
	}}
	other := packageReport{path: "sub/pkg", tests: 1, found: map[outcomes.Difference][]setting{differs("TestB/x", "missing-pass"): {{1, 1}}}}
	for _, c := range []struct {
		name     string
		packages []packageReport
		ok       bool
		want     string
	}{
		{"everything is explained", []packageReport{explainedTest, other}, true, "3 differences, 0 unexplained"},
		{
			"unexplained",
			[]packageReport{explainedTest, other, {path: "x", found: map[outcomes.Difference][]setting{differs("TestC", "pass-fail"): {{5, 4}}}}},
			false, "DIFFERENT: x TestC pass-fail: shards×workers 5×4",
		},
		{"broken", []packageReport{explainedTest, other, {path: "x", problem: errors.New("no test.xml")}}, false, "no test.xml"},
		{"does not build", []packageReport{explainedTest, other, {path: "x", skipped: "go test: exit status 1"}}, true, "skipped: x: go test"},
		{"nothing compared", []packageReport{{path: ".", skipped: "go test: exit status 1"}}, false, "nothing was compared"},
		{"explanations are told", []packageReport{explainedTest, other}, true, "explained: example.com/m . TestA pass-fail (1): because of A"},
		{"an explanation too many", []packageReport{explainedTest}, true, "explains nothing: example.com/m sub/pkg TestB/*"},
		{
			"flaky and unexplained",
			[]packageReport{explainedTest, other, {path: "x", found: map[outcomes.Difference][]setting{differs("TestF", outcomes.Unstable): nil}}},
			false, "DIFFERENT: x TestF unstable: two runs without the runner differ",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out strings.Builder
			r := &report{target: "example.com/m", title: "example.com/m@v1", parts: "packages", packages: c.packages}
			if ok := r.print(&out, explained(t), true); ok != c.ok || !strings.Contains(out.String(), c.want) {
				t.Errorf("ok: %v, want %v, and %q in\n%s", ok, c.ok, c.want, out.String())
			}
		})
	}
}

func TestDifferencesOfSettings(t *testing.T) {
	p := packageReport{found: map[outcomes.Difference][]setting{differs("TestFlaky", outcomes.Unstable): nil}}
	always, flaky := differs("TestA", "pass-fail"), differs("TestFlaky", outcomes.Unstable)
	p.add(setting{1, 0}, []outcomes.Difference{always})
	p.add(setting{2, 0}, []outcomes.Difference{always})
	if got := settingsOf(p.found[always]); got != "shards×workers 1×0 2×0" {
		t.Errorf("got %s", got)
	}
	if !p.hasAll(nil) || !p.hasAll([]outcomes.Difference{always}) || p.hasAll([]outcomes.Difference{always, flaky}) {
		t.Error("hasAll does not tell what another setting had")
	}
}
