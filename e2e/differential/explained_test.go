package main

import "testing"

const explanationsText = `# comment
example.com/m . TestA pass-fail because of A
example.com/m sub/pkg TestB/* missing-pass names from the clock  # of late
example.com/m . TestFlaky unstable it has a race
`

func parsed(t *testing.T) explanations {
	t.Helper()
	all, err := parseExplanations(explanationsText)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestExplanations(t *testing.T) {
	for _, c := range []struct{ module, pkg, test, kind, want string }{
		{"example.com/m", ".", "TestA", "pass-fail", "because of A"},
		{"example.com/m", "sub/pkg", "TestB/x/y", "missing-pass", "names from the clock"},
		{"example.com/m", ".", "TestA", "pass-missing", ""},
		{"example.com/m", ".", "TestA/b", "pass-fail", ""},
		{"example.com/m", ".", "xTestA", "pass-fail", ""},
		{"example.com/m", "sub", "TestA", "pass-fail", ""},
		{"example.com/other", ".", "TestA", "pass-fail", ""},
	} {
		if got := parsed(t).explain(c.module, c.pkg, difference{c.test, c.kind}); got != c.want {
			t.Errorf("%v: got %q", c, got)
		}
	}
}

func TestIdleExplanations(t *testing.T) {
	all := parsed(t)
	all.explain("example.com/m", ".", difference{"TestA", "pass-fail"})
	if idle := all.idle("example.com/m"); len(idle) != 2 || idle[0].pkg != "sub/pkg" {
		t.Errorf("got %v", idle)
	}
	if idle := all.idle("example.com/other"); len(idle) != 0 {
		t.Errorf("got %v", idle)
	}
}

func TestExplanationWithoutAReason(t *testing.T) {
	if _, err := parseExplanations("example.com/m . TestA pass-fail\n"); err == nil {
		t.Error("no error")
	}
}

// The files that are used have to be readable.
func TestCheckedInFiles(t *testing.T) {
	if _, err := readExplanations("explained.txt"); err != nil {
		t.Error(err)
	}
	modules, err := readModules("modules.txt", nil)
	if err != nil || len(modules) < 8 {
		t.Errorf("%d modules, %v", len(modules), err)
	}
}
