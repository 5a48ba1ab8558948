package suites

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// record returns a line of the log as use.sh writes it.
func record(event, target, use, unit, server string) string {
	return `{"event":"` + event + `","run":"` + target + `","case":"` + use + `","pid":7,"uses":[{"group":"postgres","weight":1,"slots":[` +
		unit + `],"instances":["` + server + `"]}]}` + "\n"
}

func TestUses(t *testing.T) {
	for _, c := range []struct {
		name string
		log  string
		want []string
	}{
		{"one after the other", record("start", "//a", "1", "0", "s") + record("end", "//a", "1", "0", "s") +
			record("start", "//b", "2", "0", "s") + record("end", "//b", "2", "0", "s"), nil},
		{"on two servers", record("start", "//a", "1", "0", "s") + record("start", "//b", "2", "1", "r") +
			record("end", "//b", "2", "1", "r") + record("end", "//a", "1", "0", "s"), nil},
		{
			"one server at once", record("start", "//a", "1", "0", "s") + record("start", "//b", "2", "1", "s") +
				record("end", "//a", "1", "0", "s") + record("end", "//b", "2", "1", "s"),
			[]string{"postgres s is used at once by //a 1 and //b 2"},
		},
		{
			"one unit at once, on different servers", record("start", "//a", "1", "0", "s") + record("start", "//b", "2", "0", "r") +
				record("end", "//a", "1", "0", "s") + record("end", "//b", "2", "0", "r"),
			[]string{"postgres/0 is used at once by //a 1 and //b 2"},
		},
		{
			"no end", record("start", "//a", "1", "0", "s"),
			[]string{"postgres s: the use by //a 1 has no end", "postgres/0: the use by //a 1 has no end"},
		},
		{
			"a third one", record("start", "//a", "1", "0", "s") + record("start", "//b", "2", "1", "r") + record("start", "//c", "3", "2", "q") +
				record("end", "//a", "1", "0", "s") + record("end", "//b", "2", "1", "r") + record("end", "//c", "3", "2", "q"),
			[]string{"3 uses of postgres at once, when //c 3 begins"},
		},
		{"nothing used", `{"event":"start","run":"//a","case":"1","pid":7}` + "\n", []string{"//a 1 does not say what it uses"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "uses")
			if err := os.WriteFile(path, []byte(c.log), 0o644); err != nil {
				t.Fatal(err)
			}
			got, err := readUses(path)
			if err != nil || !slices.Equal(got.Findings, c.want) {
				t.Errorf("got %q, %v, want %q", got.Findings, err, c.want)
			}
		})
	}
}

func TestUsesAreCounted(t *testing.T) {
	path := filepath.Join(t.TempDir(), "uses")
	log := record("start", "//a", "1", "0", "s") + record("start", "//b", "2", "1", "r") + record("end", "//a", "1", "0", "s") +
		record("start", "//b", "3", "0", "q") + record("end", "//b", "3", "0", "q") + record("end", "//b", "2", "1", "r")
	if err := os.WriteFile(path, []byte(log), 0o644); err != nil {
		t.Fatal(err)
	}
	got, err := readUses(path)
	if err != nil || got.Count != 3 || got.Servers != 3 || got.Most != 2 || got.Contended != 1 || len(got.Findings) != 0 {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestWithoutUses(t *testing.T) {
	got, err := readUses(filepath.Join(t.TempDir(), "uses"))
	if err != nil || got.Count != 0 {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestUsesThatAreCutOff(t *testing.T) {
	path := filepath.Join(t.TempDir(), "uses")
	line := strings.TrimSuffix(record("start", "//a", "1", "0", "s"), "]}\n") + "\n"
	if err := os.WriteFile(path, []byte(line), 0o644); err != nil {
		t.Fatal(err)
	}
	if got, err := readUses(path); err == nil {
		t.Errorf("got %+v", got)
	}
}
