package caselog_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
)

// A reader gets each record once, and an incomplete line when the rest of it is there.
func TestWhatIsWrittenIsRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	reader, err := caselog.Follow(path)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	writer, err := caselog.Append(path)
	if err != nil {
		t.Fatal(err)
	}
	defer writer.Close()
	first := caselog.Record{Event: caselog.Start, At: 1, Run: "r", Case: "c", PID: 2, Uses: []caselog.Use{{
		Group: "db", Weight: 1, Slots: []int{0}, Instances: []string{"pg0"}, Fence: 7,
	}}}
	wantNext := func(want ...caselog.Record) {
		t.Helper()
		if got, err := reader.Next(); err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("read %+v, %v, want %+v", got, err, want)
		}
	}
	wantNext()
	if err := writer.Write(first); err != nil {
		t.Fatal(err)
	}
	wantNext(first)
	raw, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	write := func(text string) {
		t.Helper()
		if _, err := raw.WriteString(text); err != nil {
			t.Fatal(err)
		}
	}
	write(`{"event":"end","at":3,`)
	wantNext()
	write(`"run":"r","pid":2}` + "\n")
	wantNext(caselog.Record{Event: caselog.End, At: 3, Run: "r", PID: 2})
	write("nonsense\n")
	if _, err := reader.Next(); err == nil || !strings.Contains(err.Error(), "nonsense") {
		t.Errorf("error %v, want the line in it", err)
	}
}

func TestWhatSaysNothingIsNoRecord(t *testing.T) {
	for _, line := range []string{`{}`, `{"event":"end","run":"r"}`, `{"event":"end","at":1}`, `{"event":"end","at":1,"run":"r","more":1}`} {
		path := filepath.Join(t.TempDir(), "log")
		if err := os.WriteFile(path, []byte(line+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		reader, err := caselog.Follow(path)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := reader.Next(); err == nil {
			t.Errorf("%s is read as %+v", line, got)
		}
		_ = reader.Close()
	}
}

// Without a clock, the order of the lines is that of time.
func TestParseNumbersTheLines(t *testing.T) {
	const log = `{"event":"start","run":"r","case":"c","pid":2,"facts":{"network":"n"}}` + "\n" + `{"event":"end","at":7,"run":"r","case":"c","pid":2}` + "\n"
	want := []caselog.Record{
		{Event: caselog.Start, At: 1, Run: "r", Case: "c", PID: 2, Facts: map[string]string{"network": "n"}},
		{Event: caselog.End, At: 2, Run: "r", Case: "c", PID: 2},
	}
	if got, err := caselog.Parse(strings.NewReader(log)); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("read %+v, %v, want %+v", got, err, want)
	}
	for _, line := range []string{`{}`, `{"event":"end"}`, `{"run":"r"}`, `{"event":"end","run":"r"`, `{"event":"end","run":"r"}}`, `{"event":"end","run":"r"}{"event":"end","run":"r"}`, ``} {
		if got, err := caselog.Parse(strings.NewReader(log + line + "\n")); err == nil {
			t.Errorf("%s is read as %+v", line, got)
		}
	}
}

func TestBorn(t *testing.T) {
	born, err := caselog.Born()
	if err != nil {
		t.Fatal(err)
	}
	if age := caselog.Now().Sub(born); age < 0 || age > time.Hour {
		t.Errorf("this process is %v old", age)
	}
}

func TestUsesInShort(t *testing.T) {
	got, err := caselog.ParseUses("db,api=2,,port=shared")
	want := []caselog.Use{{Group: "db", Weight: 1}, {Group: "api", Weight: 2}, {Group: "port", Weight: 1, Shared: true}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v, want %+v", got, err, want)
	}
	if _, err := caselog.ParseUses("db,api=two"); err == nil || !strings.Contains(err.Error(), `"api=two" is not NAME`) {
		t.Errorf("error %v", err)
	}
}
