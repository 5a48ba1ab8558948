package outcomes

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

const events = `{"Action":"start"}
{"Action":"run","Test":"TestA"}
{"Action":"run","Test":"TestA/b"}
{"Action":"output","Test":"TestA/b","Output":"--- FAIL: TestZ\n"}
{"Action":"skip","Test":"TestA/b","Elapsed":0}
{"Action":"pass","Test":"TestA","Elapsed":0}
{"Action":"run","Test":"TestC(0x15f9a2b29dc0)"}
{"Action":"pass","Test":"TestC(0x15f9a2b29dc0)"}
{"Action":"run","Test":"TestCut"}
{"Action":"fail"}
`

func TestEvents(t *testing.T) {
	got, err := ParseEvents([]byte(events))
	want := resultsOf("TestA", Passed, "TestA/b", Skipped, "TestC(0xADDRESS)", Passed, "TestCut", Failed)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, %v; want %v", got, err, want)
	}
	if _, err := ParseEvents([]byte("PASS\n")); err == nil {
		t.Error("what is no event is accepted")
	}
}

const testXML = `<testsuites><testsuite tests="6" failures="1" errors="1" skipped="2">
<testcase name="TestA"></testcase>
<testcase name="b"><properties><property name="interlock.case" value="TestA/b"/></properties><failure message="m"></failure></testcase>
<testcase name="TestC"><error message="m"></error></testcase>
<testcase name="TestD"><skipped></skipped></testcase>
<testcase name="TestE"><skipped type="pytest.xfail"></skipped></testcase>
<testcase name="TestMain"></testcase>
</testsuite></testsuites>`

func addXML(t *testing.T, r Results, text string) error {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.xml")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return r.AddReport(path)
}

func TestReport(t *testing.T) {
	r := Results{}
	err := addXML(t, r, testXML)
	want := resultsOf("TestA", Passed, "TestA/b", Failed, "TestC", Errored, "TestD", Skipped, "TestE", XFailed,
		"TestMain", Passed)
	if err != nil || !reflect.DeepEqual(r, want) {
		t.Errorf("got %v, %v; want %v", r, err, want)
	}
	if tests, subtests := r.Count(); tests != 5 || subtests != 1 {
		t.Errorf("got %d tests, %d subtests", tests, subtests)
	}
}

// Two shards that run the same test make it a duplicate.
func TestReportsOfShardsAddUp(t *testing.T) {
	r := Results{}
	for range 2 {
		if err := addXML(t, r, testXML); err != nil {
			t.Fatal(err)
		}
	}
	if got := r.Of("TestA/b"); got != "fail+fail" {
		t.Errorf("got %q", got)
	}
}

func TestReportThatContradictsItself(t *testing.T) {
	for _, c := range [][2]string{
		{`tests="6"`, `tests="7"`},
		{`failures="1"`, `failures="0"`},
		{`errors="1"`, `errors="2"`},
		{`skipped="2"`, `skipped="1"`},
		{`<testsuite `, `<testsuite/><testsuite `},
		{`</testsuites>`, ``},
	} {
		text := strings.Replace(testXML, c[0], c[1], 1)
		if err := addXML(t, Results{}, text); err == nil {
			t.Errorf("with %s: no error", c[1])
		}
	}
}

func TestWhatIsAroundTestsIsTheExitCodesAffair(t *testing.T) {
	r := Results{}
	err := addXML(t, r, `<testsuites><testsuite tests="1" failures="1"><testcase name="TestMain"><failure/></testcase></testsuite></testsuites>`)
	if err != nil || len(r) != 0 {
		t.Errorf("got %v, %v", r, err)
	}
}

// A node ID has slashes without being a part of anything.
func TestPartsOfNodeIDs(t *testing.T) {
	r := resultsOf("tests/test_a.py::test[a/b]", Passed, "tests/test_a.py::test", Passed, "tests/test_a.py::test/(i=1/2)", Passed)
	if tests, subtests := r.Count(); tests != 2 || subtests != 1 {
		t.Errorf("got %d tests, %d subtests", tests, subtests)
	}
}

func TestAddressesInNames(t *testing.T) {
	r := resultsOf("TestA/f(0x15f9a2b29dc0)", Passed, "TestA/f(0x15f9a2b29de0)", Passed, "TestA/0x12", Failed)
	if got := r.Of("TestA/f(0xADDRESS)") + " " + r.Of("TestA/0x12"); got != "pass+pass fail" {
		t.Errorf("got %q", got)
	}
}

func TestTemporaryFoldersInNames(t *testing.T) {
	for name, want := range map[string]string{
		"TestA/file='/tmp/TestA28378/001/a.conf'_x=1": "TestA/file='/TEMPORARY/a.conf'_x=1",
		"TestA/dir=/tmp/plain24/TestA_b7/012":         "TestA/dir=/TEMPORARY",
		"TestA/TestB2/003x":                           "TestA/TestB2/003x",
		"TestA/b/TestC/001":                           "TestA/b/TestC/001",
	} {
		if got := resultsOf(name, Passed).Of(want); got != Passed {
			t.Errorf("%s is not %s, but in %v", name, want, resultsOf(name, Passed))
		}
	}
}
