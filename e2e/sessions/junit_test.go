package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

const junit = `<testsuites><testsuite>
<testcase classname="a.test_m.TestC" name="test_x[1::2/3.py]"><properties><property name="k" value="v"/></properties></testcase>
<testcase classname="test_m" name="test_bad"><failure/></testcase>
<testcase classname="test_m" name="test_bad"><error/></testcase>
<testcase classname="test_m" name="test_end"><skipped/><error/></testcase>
<testcase classname="test_m" name="test_left"><skipped type="fail-fast"/></testcase>
<testcase classname="test_m" name="test_xfail"><skipped type="pytest.xfail"/></testcase>
<testcase classname="" name="a.test_broken"><error/></testcase>
</testsuite></testsuites>`

// nodes is how the runner has written the same.
const nodes = `<testsuites><testsuite>
<testcase classname="a.test_m.TestC" name="a/test_m.py::TestC::test_x[1::2/3.py]"/>
<testcase classname="a.test_broken" name="a/test_broken.py"><error/></testcase>
</testsuite></testsuites>`

func read(t *testing.T, text string) *report {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.xml")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	r, err := readReports(path, filepath.Join(t.TempDir(), "none.xml"))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestReport(t *testing.T) {
	got := read(t, junit)
	want := map[key]outcome{
		{"a.test_m.TestC", "test_x[1::2/3.py]"}: passed,
		{"test_m", "test_bad"}:                  failed,
		{"test_m", "test_end"}:                  errored,
		{"test_m", "test_left"}:                 notRun,
		{"test_m", "test_xfail"}:                skipped,
		{"", "a.test_broken"}:                   errored,
	}
	if !maps.Equal(got.cases, want) {
		t.Errorf("got %v, want %v", got.cases, want)
	}
	if !slices.Equal(got.twice, []key{{"test_m", "test_bad"}}) || got.properties[key{"a.test_m.TestC", "test_x[1::2/3.py]"}]["k"] != "v" {
		t.Errorf("got %v and %v", got.twice, got.properties)
	}
}

func TestNodeIDs(t *testing.T) {
	want := map[key]outcome{{"a.test_m.TestC", "test_x[1::2/3.py]"}: passed, {"", "a.test_broken"}: errored}
	if got := read(t, nodes); !maps.Equal(got.cases, want) {
		t.Errorf("got %v, want %v", got.cases, want)
	}
}

func TestNoReport(t *testing.T) {
	if r, err := readReports(filepath.Join(t.TempDir(), "none.xml")); r != nil || err != nil {
		t.Errorf("got %v, %v", r, err)
	}
}
