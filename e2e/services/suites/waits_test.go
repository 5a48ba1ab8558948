package suites

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestReadLongest(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.xml")
	const text = `<testsuites><testsuite>
<testcase name="a" time="1.5"><properties><property name="interlock.waited_seconds" value="0.250"/></properties></testcase>
<testcase name="b" time="0.5"><properties><property name="interlock.waited_seconds" value="12.500"/></properties></testcase>
<testcase name="c" time="0"></testcase>
</testsuite></testsuites>`
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	want := Longest{Wait: 12500 * time.Millisecond, Case: 1500 * time.Millisecond}
	if got, err := readLongest(path); err != nil || got != want {
		t.Errorf("got %v, %v, want %v", got, err, want)
	}
}
