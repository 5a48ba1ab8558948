package main

import (
	"go/parser"
	"go/token"
	"strings"
	"testing"
)

const generatedMain = generated + `
func main() {
	m := testing.MainStart(testdeps.TestDeps{}, testsInShard(), benchmarks, fuzzTargets, examples)
	os.Exit(m.Run())
}
`

func TestWithHook(t *testing.T) {
	text, err := withHook(generatedMain)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.ParseFile(token.NewFileSet(), "", text, 0); err != nil {
		t.Errorf("%v in\n%s", err, text)
	}
	const want = `m := testing.MainStart(interlockDeps{testdeps.TestDeps{}}, interlockhook.Tests(testsInShard()), benchmarks, ` +
		`interlockhook.Fuzz(fuzzTargets), interlockhook.Examples(examples)); interlockhook.Ready()`
	if !strings.Contains(string(text), want) {
		t.Errorf("no %s in\n%s", want, text)
	}
}

func TestWithHookInAnotherMain(t *testing.T) {
	const want = "this version of rules_go generates another main package"
	if _, err := withHook(generated); err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %q", err, want)
	}
}

func withHook(source string) ([]byte, error) {
	m, err := parseMain("testmain.go", []byte(source))
	if err != nil {
		return nil, err
	}
	return m.withHook()
}
