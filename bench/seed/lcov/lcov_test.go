package lcov_test

import (
	"testing"

	"github.com/interlock-build/rules_interlock/bench/seed/lcov"
)

const report = `SF:x/y/app/money.py
DA:1,3
DA:2,0
DA:3,1,abc
end_of_record
SF:x/y/tests/app.py
DA:1,1
end_of_record
SF:app/cache.py
DA:7,0
end_of_record
`

func parse(t *testing.T, text string) lcov.Lines {
	t.Helper()
	lines, err := lcov.Parse([]byte(text), "app")
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func TestParse(t *testing.T) {
	lines := parse(t, report)
	if hit, missed := lines.Count(); hit != 2 || missed != 2 {
		t.Errorf("%d hit, %d missed: %v", hit, missed, lines)
	}
	if len(lines) != 2 || !lines["money.py"][1] || lines["money.py"][2] || !lines["money.py"][3] {
		t.Errorf("got %v", lines)
	}
}

// A file may have several records, of several runs.
func TestSeveralRecords(t *testing.T) {
	lines := parse(t, report+"SF:app/money.py\nDA:1,0\nDA:2,1\nend_of_record\n")
	if hit, missed := lines.Count(); hit != 3 || missed != 1 {
		t.Errorf("%d hit, %d missed: %v", hit, missed, lines)
	}
}

func TestParseErrors(t *testing.T) {
	for _, line := range []string{"DA:1", "DA:x,1", "DA:1,x"} {
		if _, err := lcov.Parse([]byte("SF:app/a.py\n"+line), "app"); err == nil {
			t.Errorf("%s is no line, and yet no error", line)
		}
	}
}

func TestEqual(t *testing.T) {
	want := parse(t, report)
	for _, c := range []struct{ text, err string }{
		{report, ""},
		{"SF:app/money.py\nDA:1,9\nDA:2,0\nDA:3,1\nSF:app/cache.py\nDA:7,0\n", ""},
		{"SF:app/money.py\nDA:1,0\nDA:2,1\nDA:3,1\nSF:app/cache.py\nDA:7,0\n", "money.py: line 1 is missed, not hit; 2 is hit, not missed"},
		{"SF:app/money.py\nDA:1,1\nDA:2,0\nDA:3,1\n", "cache.py: line 7 is no code, not missed"},
		{report + "SF:app/new.py\nDA:1,1\n", "new.py: line 1 is hit, not no code"},
	} {
		err := lcov.Equal(parse(t, c.text), want)
		if c.err == "" && err != nil || c.err != "" && (err == nil || err.Error() != c.err) {
			t.Errorf("got error %v, want %q", err, c.err)
		}
	}
}
