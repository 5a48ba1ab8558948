package main

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"time"
)

// actionTime returns how long the tests of a build took on their workers, all together: it reads
// the file of --build_event_json_file.
func actionTime(path string) (sum time.Duration, err error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, err
	}
	defer func() { _ = file.Close() }()
	for events := json.NewDecoder(file); ; {
		var e struct {
			TestResult struct {
				TestAttemptDuration string
			}
		}
		if err := events.Decode(&e); errors.Is(err, io.EOF) {
			return sum, nil
		} else if err != nil {
			return 0, err
		}
		if text := e.TestResult.TestAttemptDuration; text != "" {
			took, err := time.ParseDuration(text)
			if err != nil {
				return 0, err
			}
			sum += took
		}
	}
}
