// Package timings is the format of files with the durations of cases. The command interlock
// writes them, and the runner reads them.
package timings

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"time"
)

// File is the content of a file: seconds, by the name of a target in the file's package
// and the name of a case.
//
//	{"api_test": {"TestSmall": 0.12, "TestLarge": 7.5}}
//
// The duration of a case that is not there is unknown.
type File map[string]Times

// Times are seconds by the name of a case.
type Times map[string]float64

// Of returns how long a case takes, rounded, so that what is printed is what was read; 0 if that
// is not known.
func (t Times) Of(name string) time.Duration {
	return time.Duration(math.Round(t[name] * float64(time.Second)))
}

// Read reads the file at path. Errors call it name, which is the name that people know.
func Read(path, name string) (File, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	file := File{}
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("%s: %s: want {\"TARGET\": {\"CASE\": SECONDS}}\nhint: mend it, or write {} into it to begin anew",
			name, describe(text, err))
	}
	for target, cases := range file {
		for c, seconds := range cases {
			if seconds < 0 {
				return nil, fmt.Errorf("%s: %s: %s: %v is not a time in seconds", name, target, c, seconds)
			}
		}
	}
	return file, nil
}

// describe says, without terms of Go, what is wrong with a file, and in which line.
func describe(text []byte, err error) string {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &kind):
		return fmt.Sprintf("line %d: there is %s", lineOf(text, kind.Offset), kind.Value)
	case errors.As(err, &syntax):
		return fmt.Sprintf("line %d: %v", lineOf(text, syntax.Offset), err)
	}
	return err.Error()
}

func lineOf(text []byte, offset int64) int {
	return 1 + bytes.Count(text[:min(int(offset), len(text))], []byte("\n"))
}

// Create creates a file without timings if it does not exist, and reports whether it did. Without
// the file Bazel does not build the target.
func Create(path string) (created bool, err error) {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return false, err
	}
	return true, File{}.Write(path)
}

// Write writes the file sorted, so that a diff shows only what changes.
func (f File) Write(path string) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // names may have <, > and &
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(f); err != nil {
		return err
	}
	return os.WriteFile(path, text.Bytes(), 0o644)
}
