package timings_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/timings"
)

func TestWhatIsWrittenIsRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a/timings.json")
	for _, want := range []bool{true, false} {
		if created, err := timings.Create(path); created != want || err != nil {
			t.Errorf("created %v, %v", created, err)
		}
	}
	if err := (timings.File{"x_test": {"Test<T>": 0.29}}).Write(path); err != nil {
		t.Fatal(err)
	}
	file, err := timings.Read(path, path)
	if err != nil {
		t.Fatal(err)
	}
	if got := file["x_test"].Of("Test<T>"); got != 290*time.Millisecond {
		t.Errorf("got %v", got)
	}
	if got := file["x_test"].Of("TestUnknown") + file["y_test"].Of("TestA"); got != 0 {
		t.Errorf("of what is not there: %v", got)
	}
}

func TestReadSaysWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"":                                    "the name: line 1: unexpected end of JSON input: want {",
		"{\n\n[":                              "the name: line 3: invalid character '['",
		"{\"x_test\":\n [1]}":                 "the name: line 2: there is array: want {\"TARGET\": {\"CASE\": SECONDS}}\nhint: ",
		"{\"x_test\": {\"A\": \"1\"}}":        "the name: line 1: there is string",
		"{\"x_test\": {\"A\": 1, \"B\": -1}}": "the name: x_test: B: -1 is not a time in seconds",
	} {
		path := filepath.Join(t.TempDir(), "timings.json")
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := timings.Read(path, "the name"); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
	if _, err := timings.Read(filepath.Join(t.TempDir(), "none"), "none"); !os.IsNotExist(err) {
		t.Errorf("of no file: %v", err)
	}
}
