package main

import (
	"errors"
	"strings"
	"testing"
)

func TestVerdict(t *testing.T) {
	explainedTest := packageReport{path: ".", tests: 1, found: map[difference][]setting{
		{"TestA", "pass-fail"}: {{5, 4}}, {"TestFlaky", unstable}: nil,
	}}
	other := packageReport{path: "sub/pkg", tests: 1, found: map[difference][]setting{{"TestB/x", "missing-pass"}: {{1, 1}}}}
	for _, c := range []struct {
		name     string
		packages []packageReport
		ok       bool
		want     string
	}{
		{"everything is explained", []packageReport{explainedTest, other}, true, "3 differences, 0 unexplained"},
		{
			"unexplained",
			[]packageReport{explainedTest, other, {path: "x", found: map[difference][]setting{{"TestC", "pass-fail"}: {{5, 4}}}}},
			false, "DIFFERENT: x TestC pass-fail: shards×workers 5×4",
		},
		{"broken", []packageReport{explainedTest, other, {path: "x", problem: errors.New("no test.xml")}}, false, "no test.xml"},
		{"does not build", []packageReport{explainedTest, other, {path: "x", skipped: "go test: exit status 1"}}, true, "skipped: x: go test"},
		{"nothing compared", []packageReport{{path: ".", skipped: "go test: exit status 1"}}, false, "nothing was compared"},
		{"explanations are told", []packageReport{explainedTest, other}, true, "explained: example.com/m . TestA pass-fail (1): because of A"},
		{"an explanation too many", []packageReport{explainedTest}, true, "explains nothing: example.com/m sub/pkg TestB/*"},
		{
			"flaky and unexplained",
			[]packageReport{explainedTest, other, {path: "x", found: map[difference][]setting{{"TestF", unstable}: nil}}},
			false, "DIFFERENT: x TestF unstable: two runs without the runner differ",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out strings.Builder
			r := &report{target: "example.com/m", title: "example.com/m@v1", parts: "packages", packages: c.packages}
			if ok := r.print(&out, parsed(t), true); ok != c.ok || !strings.Contains(out.String(), c.want) {
				t.Errorf("ok: %v, want %v, and %q in\n%s", ok, c.ok, c.want, out.String())
			}
		})
	}
}

func TestDifferencesOfSettings(t *testing.T) {
	p := packageReport{found: map[difference][]setting{{"TestFlaky", unstable}: nil}}
	always, flaky := difference{"TestA", "pass-fail"}, difference{"TestFlaky", unstable}
	p.add(setting{1, 0}, []difference{always})
	p.add(setting{2, 0}, []difference{always})
	if got := settingsOf(p.found[always]); got != "shards×workers 1×0 2×0" {
		t.Errorf("got %s", got)
	}
	if !p.hasAll(nil) || !p.hasAll([]difference{always}) || p.hasAll([]difference{always, flaky}) {
		t.Error("hasAll does not tell what another setting had")
	}
}
