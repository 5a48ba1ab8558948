package outcomes

import "testing"

const explanationsText = `# comment
example.com/m . TestA pass-fail because of A
example.com/m sub/pkg TestB/* missing-pass names from the clock  # of late
example.com/m . TestFlaky unstable it has a race
pypi:p pytest==7.* test_a.py::test[*] pass-fail this pytest does not know it
`

func parsed(t *testing.T) Explanations {
	t.Helper()
	all, err := ParseExplanations(explanationsText)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestExplanations(t *testing.T) {
	for _, c := range []struct {
		module, pkg, test, kind string
		want                    bool
	}{
		{"example.com/m", ".", "TestA", "pass-fail", true},
		{"example.com/m", "sub/pkg", "TestB/x/y", "missing-pass", true},
		{"example.com/m", ".", "TestA", "pass-missing", false},
		{"example.com/m", ".", "TestA/b", "pass-fail", false},
		{"example.com/m", ".", "xTestA", "pass-fail", false},
		{"example.com/m", "sub", "TestA", "pass-fail", false},
		{"example.com/other", ".", "TestA", "pass-fail", false},
		{"pypi:p", "pytest==7.4.4", "test_a.py::test[a b]", "pass-fail", true},
		{"pypi:p", "pytest==9.2.0", "test_a.py::test[a b]", "pass-fail", false},
	} {
		if got := parsed(t).Explain(c.module, c.pkg, Difference{c.test, c.kind}); got != c.want {
			t.Errorf("%v: got %v", c, got)
		}
	}
}

func TestExplanationsCountWhatTheyExplain(t *testing.T) {
	all := parsed(t)
	all.Explain("example.com/m", ".", Difference{"TestA", "pass-fail"})
	own := all.Of("example.com/m")
	if len(own) != 3 || own[0].Count != 1 || own[1].Count != 0 || own[0].Why != "because of A" {
		t.Errorf("got %v", own)
	}
	if others := all.Of("example.com/other"); len(others) != 0 {
		t.Errorf("got %v", others)
	}
}

func TestExplanationWithoutAReason(t *testing.T) {
	if _, err := ParseExplanations("example.com/m . TestA pass-fail\n"); err == nil {
		t.Error("no error")
	}
}
