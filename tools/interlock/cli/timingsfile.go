package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/interlock-build/rules_interlock/internal/planfile"
)

// timingsFile is the content of a file of timings: seconds, by the name of a
// target in the file's package and the name of a case.
type timingsFile map[string]planfile.Times

// createTimings creates a file without timings if there is none, and reports
// whether it did. Without the file Bazel does not build the target.
func createTimings(path string) (created bool, err error) {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return false, err
	}
	return true, timingsFile{}.write(path)
}

func readTimings(path string) (timingsFile, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	file := timingsFile{}
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf(`%s: %w: want {"TARGET": {"CASE": SECONDS}}; mend it, or write {} into it to begin anew`, path, err)
	}
	return file, nil
}

// write writes the file sorted, so that only what changes is in a diff.
func (f timingsFile) write(path string) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // names may have <, > and &
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(f); err != nil {
		return err
	}
	return os.WriteFile(path, text.Bytes(), 0o644)
}
