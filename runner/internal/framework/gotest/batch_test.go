package gotest

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/interlock-build/rules_interlock/internal/event"
	"pgregory.net/rapid"
)

func mustFilter(t *testing.T, run, skip string) filter {
	t.Helper()
	f, err := newFilter(run, skip)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestFilterAsksFor(t *testing.T) {
	for _, c := range []struct{ run, skip, want string }{
		{"", "", "TestA TestB ExampleA"},
		{"TestA", "", "TestA"},
		{"A", "", "TestA ExampleA"},
		{"^TestA$/x", "", "TestA"},
		{"TestA/x|TestB", "", "TestA TestB"},
		{"Test[A/]/x", "", "TestA"},
		{"", "TestA", "TestB ExampleA"},
		{"", "TestA/x", "TestA TestB ExampleA"},
		{"Test", "TestA/x|B", "TestA"},
		{"|", "", "TestA TestB ExampleA"},
		{"nothing", "", ""},
	} {
		f := mustFilter(t, c.run, c.skip)
		var got []string
		for _, name := range []string{"TestA", "TestB", "ExampleA"} {
			if f.asksFor(name) {
				got = append(got, name)
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("-test.run=%s -test.skip=%s asks for %v, want %s", c.run, c.skip, got, c.want)
		}
	}
}

func TestMalformedFilter(t *testing.T) {
	for _, text := range []string{"a[", "A/(", "A|*", "(a|b"} {
		if _, err := newFilter(text, ""); err == nil || !strings.HasPrefix(err.Error(), "-test.run: ") {
			t.Errorf("-test.run=%s: error %v", text, err)
		}
		if _, err := newFilter("", text); err == nil || !strings.HasPrefix(err.Error(), "-test.skip: ") {
			t.Errorf("-test.skip=%s: error %v", text, err)
		}
	}
}

func TestPatternFor(t *testing.T) {
	for _, c := range []struct{ run, names, want string }{
		{"", "TestA", "^(?:TestA)$"},
		{"", "TestA TestB", "^(?:TestA|TestB)$"},
		{"Test", "TestA", "^(?:TestA)$"},
		{"TestA/x", "TestA", "^TestA$/x"},
		{"TestA/x/y|A/(b|c)", "TestA", "^TestA$/x/y|^TestA$/(b|c)"},
		{"TestA/x|TestB", "TestA TestB", "^TestA$/x|^(?:TestB)$"},
		{"TestA/x|Test", "TestA TestB", "^(?:TestA|TestB)$"},
	} {
		if got := mustFilter(t, c.run, "").patternFor(strings.Fields(c.names)); got != c.want {
			t.Errorf("%s of -test.run=%s: got %s, want %s", c.names, c.run, got, c.want)
		}
	}
}

// A pattern selects the tests of a batch and no others, whatever their names are: names of tests
// are Go's identifiers, but this does not rely on it.
func TestPatternNamesExactlyItsTests(t *testing.T) {
	names := rapid.SliceOfNDistinct(rapid.StringMatching(`(Test|Example)[A-Z_.*+?()\[\]|^$\\é0-9]{0,3}`), 2, 8, rapid.ID)
	rapid.Check(t, func(t *rapid.T) {
		all := names.Draw(t, "names")
		batch := all[:rapid.IntRange(1, len(all)).Draw(t, "batch")]
		pattern := filter{all: true}.patternFor(batch)
		if parts := splitOutside(pattern, '|'); len(parts) != 1 || len(splitOutside(pattern, '/')) != 1 {
			t.Fatalf("%s falls into parts", pattern)
		}
		for _, name := range all {
			if regexp.MustCompile(pattern).MatchString(name) != slices.Contains(batch, name) {
				t.Fatalf("%s matches %q: %v", pattern, name, !slices.Contains(batch, name))
			}
		}
	})
}

func TestBatchThatIsTooLongForOneCommandLine(t *testing.T) {
	var batch []event.Case
	for range 1000 {
		batch = append(batch, event.Case{Name: "Test" + strings.Repeat("X", 996)})
	}
	b := &Binary{filter: filter{all: true}}
	total := 0
	for left := batch; len(left) > 0; {
		now, pattern, later := b.split(left)
		if len(now) == 0 || len(pattern) > maxPattern+2000 {
			t.Fatalf("%d cases, a pattern of %d bytes", len(now), len(pattern))
		}
		total, left = total+len(now), later
	}
	if total != len(batch) {
		t.Errorf("%d of %d cases", total, len(batch))
	}
}

func TestAllTestsNeedNoPattern(t *testing.T) {
	batch := []event.Case{{Name: "TestA"}, {Name: "TestB"}}
	for _, c := range []struct {
		run, skip string
		all       int
		want      bool
	}{{"", "", 2, true}, {"", "", 3, false}, {"Test", "", 2, false}, {"", "x/y", 2, false}} {
		b := &Binary{filter: mustFilter(t, c.run, c.skip), flags: flags{run: c.run, skip: c.skip}, all: c.all}
		if _, pattern, _ := b.split(batch); (pattern == "") != c.want {
			t.Errorf("%+v: the pattern is %q", c, pattern)
		}
	}
}
