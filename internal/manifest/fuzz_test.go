package manifest_test

import (
	"bytes"
	"encoding/json"
	"os"
	"strconv"
	"testing"

	"github.com/interlock-build/rules_interlock/internal/manifest"
)

// A manifest that can be parsed is written as one with the same meaning.
func FuzzParse(f *testing.F) {
	f.Add([]byte(valid))
	for _, golden := range goldens(f) {
		text, err := os.ReadFile(golden)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		m, err := manifest.Parse(text)
		if err != nil {
			return
		}
		written := write(t, m)
		again, err := manifest.Parse(written)
		if err != nil {
			t.Fatalf("%s is written\n%s, which is refused: %v", text, written, err)
		}
		if rewritten := write(t, again); !bytes.Equal(written, rewritten) {
			t.Errorf("%s is written\n%s and then\n%s", text, written, rewritten)
		}
	})
}

// write returns the manifest as the rule would have written it.
func write(t *testing.T, m *manifest.Manifest) []byte {
	t.Helper()
	workers := strconv.Itoa(int(m.Workers))
	if m.Workers == manifest.Auto {
		workers = "auto"
	}
	// The outer field hides the one of the manifest, which is not a string.
	text, err := json.Marshal(struct {
		*manifest.Manifest
		Workers string `json:"workers"`
	}{m, workers})
	if err != nil {
		t.Fatal(err)
	}
	return text
}
