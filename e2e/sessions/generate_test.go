package main

import (
	"reflect"
	"strings"
	"testing"
)

func TestSeedIsTheSuite(t *testing.T) {
	for seed := range uint64(300) {
		a, b := generate(seed), generate(seed)
		if !reflect.DeepEqual(a, b) {
			t.Errorf("seed %d: two suites", seed)
		}
		if len(a.what) > 2 {
			t.Errorf("seed %d: more than two hazards: %q", seed, a.what)
		}
	}
}

// Each hazard is in some suite.
func TestVariety(t *testing.T) {
	var what strings.Builder
	for seed := range uint64(2000) {
		what.WriteString(strings.Join(generate(seed).what, "\n") + "\n")
	}
	for _, text := range []string{
		"session fixture", "package fixture", "function fixture", "calls pytest.exit with 0", "calls sys.exit(0)", "calls os._exit(0)",
		"forks a child that goes on", "leaves a thread", "KeyboardInterrupt", "hangs", "session.exitstatus to 5", "sets shouldfail",
		"pytest_unconfigure raises", "deselects all", "writes a line", "cannot be imported", "is empty", "skips itself",
		"there is no test", "-x", "--maxfail=2", "-k not", "-m slow", "--strict-markers", "xfail_strict", "-W error",
	} {
		if !strings.Contains(what.String(), text) {
			t.Errorf("no suite has %q", text)
		}
	}
}

func TestPython(t *testing.T) {
	m := module{
		path: "test_m.py", fixtures: []fixture{{name: "f", scope: "class", autouse: true, end: []string{"a()", "if b:", "    c()"}}},
		tests: []*test{
			{name: "test_1", class: "TestA", marks: []string{"slow"}, parameters: 2, fixtures: []string{"f"}},
			{name: "test_2", class: "TestA", body: []string{"d()"}},
			{name: "test_3"},
		},
	}
	want := imports + `

@pytest.fixture(scope="class", autouse=True)
def f():
    yield
    a()
    if b:
        c()


class TestA:
    @pytest.mark.slow
    @pytest.mark.parametrize("n", range(2))
    def test_1(self, f, n):
        pass


    def test_2(self):
        d()


def test_3():
    pass
`
	if got := m.text(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
