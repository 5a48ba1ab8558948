package suites

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
)

// logOf writes a log from lines of EVENT TARGET USE UNIT SERVER.
func logOf(t *testing.T, lines ...string) (path string) {
	t.Helper()
	text := ""
	for _, line := range lines {
		f := strings.Fields(line)
		text += fmt.Sprintf(`{"event":%q,"run":%q,"case":%q,"pid":7,"uses":[{"group":"postgres","weight":1,"slots":[%s],"instances":[%q]}]}`+"\n",
			f[0], f[1], f[2], f[3], f[4])
	}
	path = filepath.Join(t.TempDir(), "uses")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestUses(t *testing.T) {
	for _, c := range []struct {
		name string
		log  []string
		want []string
	}{
		{"one after the other", []string{"start //a 1 0 s", "end //a 1 0 s", "start //b 2 0 s", "end //b 2 0 s"}, nil},
		{"on two servers", []string{"start //a 1 0 s", "start //b 2 1 r", "end //b 2 1 r", "end //a 1 0 s"}, nil},
		{
			"one server at once",
			[]string{"start //a 1 0 s", "start //b 2 1 s", "end //a 1 0 s", "end //b 2 1 s"},
			[]string{"postgres s is used at once by //a 1 and //b 2"},
		},
		{
			"one unit at once",
			[]string{"start //a 1 0 s", "start //b 2 0 r", "end //a 1 0 s", "end //b 2 0 r"},
			[]string{"postgres/0 is used at once by //a 1 and //b 2"},
		},
		{
			"no end",
			[]string{"start //a 1 0 s"},
			[]string{"postgres s: the use by //a 1 has no end", "postgres/0: the use by //a 1 has no end"},
		},
		{
			"a third one",
			[]string{"start //a 1 0 s", "start //b 2 1 r", "start //c 3 2 q", "end //a 1 0 s", "end //b 2 1 r", "end //c 3 2 q"},
			[]string{"3 uses of postgres at once, when //c 3 begins"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := readUses(logOf(t, c.log...))
			if err != nil || !slices.Equal(got.Findings, c.want) {
				t.Errorf("got %q, %v, want %q", got.Findings, err, c.want)
			}
		})
	}
}

func TestUseOfNothing(t *testing.T) {
	got := checkUses([]caselog.Record{{Event: caselog.Start, Run: "//a", Case: "1"}})
	if want := []string{"//a 1 does not say what it uses"}; !slices.Equal(got.Findings, want) {
		t.Errorf("got %q, want %q", got.Findings, want)
	}
}

func TestUsesAreCounted(t *testing.T) {
	got, err := readUses(logOf(t, "start //a 1 0 s", "start //b 2 1 r", "end //a 1 0 s", "start //b 3 0 q", "end //b 3 0 q", "end //b 2 1 r"))
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
	if err := os.WriteFile(path, []byte(`{"event":"start","run":"//a"`+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if got, err := readUses(path); err == nil {
		t.Errorf("got %+v", got)
	}
}
