package main

import (
	"os/exec"
	"reflect"
	"strings"
	"testing"
)

func TestABugThatFitsNoMoreIsAnError(t *testing.T) {
	m := mutation{file: "x.go", code: "a == b", bug: "a != b"}
	if got, err := m.apply("if a == b {"); got != "if a != b {" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	for _, text := range []string{"if b == a {", "if a == b || a == b {"} {
		if _, err := m.apply(text); err == nil || !strings.Contains(err.Error(), "x.go has this") {
			t.Errorf("%s: %v, want an error that names the file", text, err)
		}
	}
}

// -fit finds mutations that no longer fit, without any tests.
func TestFit(t *testing.T) {
	var output strings.Builder
	if code := run([]string{"mutations", "-root", t.TempDir(), "-fit", mutations[0].name}, &output, &output); code != 1 ||
		!strings.Contains(output.String(), "FAILED "+mutations[0].name) {
		t.Errorf("exit code %d and %q for a folder without the file", code, output.String())
	}
}

func TestFailuresAreTests(t *testing.T) {
	const output = `{"Action":"fail","Package":"m/a","Test":"TestX/sub"}
{"Action":"fail","Package":"m/a","Test":"TestX"}
{"Action":"pass","Package":"m/a","Test":"TestY"}
{"Action":"fail","Package":"m/a"}
FAIL	m/b [build failed]
{"Action":"fail","Package":"m/c","Test":"TestX"}
`
	if got, want := failures([]byte(output)), []string{"a.TestX/sub", "c.TestX"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestUnknownMutation(t *testing.T) {
	var output strings.Builder
	if code := run([]string{"mutations", "nothing"}, &output, &output); code != 2 || !strings.Contains(output.String(), `"nothing"`) {
		t.Errorf("exit code %d and %q", code, output.String())
	}
}

// Tests that fail anyway find nothing.
func TestWithoutABug(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Skip("there is no go here")
	}
	if output, err := testAll(t.TempDir(), []mutation{{tests: []string{"./nothing"}}}); err == nil {
		t.Errorf("a package that does not exist passes: %s", output)
	}
}
