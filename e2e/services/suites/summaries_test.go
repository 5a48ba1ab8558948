package suites

import (
	"maps"
	"testing"
)

func TestSummaries(t *testing.T) {
	got, err := parseSummaries([]byte(`{"id":{"started":{}},"started":{"uuid":"u"}}
{"id":{"testResult":{"label":"//pgx:test","run":1}},"testResult":{"status":"PASSED"}}
{"id":{"testSummary":{"label":"//pgx:test","configuration":{"id":"c"}}},"testSummary":{"overallStatus":"PASSED","runCount":1}}
{"id":{"testSummary":{"label":"//pgx/pgconn:test"}},"testSummary":{"overallStatus":"FAILED"}}
`))
	if want := (map[string]bool{"//pgx:test": true, "//pgx/pgconn:test": false}); err != nil || !maps.Equal(got, want) {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}

func TestWithoutSummaries(t *testing.T) {
	for _, text := range []string{"", `{"id":{"started":{}}}`, `{"id":`} {
		if got, err := parseSummaries([]byte(text)); err == nil {
			t.Errorf("%q: got %v", text, got)
		}
	}
}
