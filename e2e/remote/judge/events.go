package judge

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"strings"
)

// Result is what Bazel reports about an attempt of a shard of a run of a target.
type Result struct {
	Target              string
	Run, Shard, Attempt int
	// Status is as in build_event_stream.proto, such as PASSED.
	Status string
	// Strategy is where it ran; Bazel says "remote cache hit" for what it did not run.
	Strategy string
	// Cached says whether it is a result of an earlier build of this Bazel.
	Cached bool
	// Log and Report are the files test.log and test.xml; nil if Bazel has them only elsewhere.
	Log, Report []byte
}

// Passed reports whether all of it passed.
func (r Result) Passed() bool { return r.Status == "PASSED" }

// buildEvent has what matters here of build_event_stream.proto, in its JSON form.
type buildEvent struct {
	ID struct {
		TestResult *struct {
			Label               string
			Run, Shard, Attempt int
		}
	}
	TestResult struct {
		Status           string
		CachedLocally    bool
		TestActionOutput []struct{ Name, URI string }
		ExecutionInfo    struct {
			Strategy       string
			CachedRemotely bool
		}
	}
}

// ParseEvents reads the file of --build_event_json_file.
func ParseEvents(r io.Reader) (all []Result, err error) {
	for events := json.NewDecoder(r); ; {
		var e buildEvent
		if err := events.Decode(&e); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, fmt.Errorf("build events: %w", err)
		}
		id := e.ID.TestResult
		if id == nil {
			continue
		}
		result := Result{
			Target: plainLabel(id.Label), Run: max(id.Run, 1), Shard: max(id.Shard, 1), Attempt: max(id.Attempt, 1),
			Status: e.TestResult.Status, Strategy: e.TestResult.ExecutionInfo.Strategy, Cached: e.TestResult.CachedLocally,
		}
		for _, output := range e.TestResult.TestActionOutput {
			switch output.Name {
			case "test.log":
				result.Log, err = localFile(output.URI)
			case "test.xml":
				result.Report, err = localFile(output.URI)
			}
			if err != nil {
				return nil, err
			}
		}
		all = append(all, result)
	}
}

// localFile returns what is in a file of this machine; nil if it is elsewhere.
func localFile(uri string) ([]byte, error) {
	u, err := url.Parse(uri)
	if err != nil || u.Scheme != "file" {
		return nil, err
	}
	text, err := os.ReadFile(u.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return text, err
}

func plainLabel(label string) string { return "//" + strings.TrimLeft(label, "@/") }
