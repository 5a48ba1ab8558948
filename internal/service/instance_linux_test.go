package service

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/interlock-build/rules_interlock/internal/testkit/pipetest"
)

// begin starts an instance whose setup prints nothing but what script prints.
func begin(t *testing.T, script string, variables map[string]string) *Instance {
	t.Helper()
	path := filepath.Join(t.TempDir(), "up")
	pipetest.WriteFile(t, path, "#!/bin/sh\n"+script+"\n", 0o755)
	i, err := Launch(t.Context(), Spec{
		Name: "unit", Setup: Program{Name: "up", Path: path}, Timeout: pipetest.Soon,
		Environ:   []string{"PATH=" + os.Getenv("PATH")},
		Variables: variables, Fields: map[string]string{"index": "3"},
	}, Options{TmpDir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(i.Stop)
	if err := i.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	return i
}

// A setup finds the variables whose values are known before it has run, the port among them.
func TestPortOfASetup(t *testing.T) {
	t.Parallel()
	i := begin(t, `echo '{"resources": [{"seen": "'"$ADDRESS $UNIT ${URL-none}"'"}]}'`, map[string]string{
		"ADDRESS": "localhost:{port}", "UNIT": "{index}", "URL": "{seen}",
	})
	port := i.Values()["port"]
	if got, want := i.Values()["seen"], "localhost:"+port+" 3 none"; port == "" || got != want {
		t.Errorf("it saw %q, want %q", got, want)
	}
	environ, err := i.fullEnviron()
	if err != nil || !strings.Contains(strings.Join(environ, "\n"), "URL=localhost:"+port+" 3 none") {
		t.Errorf("a case finds %q, %v", environ, err)
	}
}

// What a setup prints of its port counts more than what was reserved for it.
func TestPortThatASetupPrints(t *testing.T) {
	t.Parallel()
	i := begin(t, `echo '{"resources": [{"port": "7"}]}'`, map[string]string{"PORT": "{port}"})
	if got := i.Values()["port"]; got != "7" {
		t.Errorf("port %s", got)
	}
}

// No port is taken for a group that asks for none.
func TestNoPort(t *testing.T) {
	t.Parallel()
	if i := begin(t, `echo '{"resources": [{}]}'`, map[string]string{"UNIT": "{index}"}); i.reserved != nil || len(i.Values()) > 0 {
		t.Errorf("%v", i.Values())
	}
}
