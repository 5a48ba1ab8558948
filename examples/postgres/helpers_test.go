package postgres_test

import (
	"os/exec"
	"strings"
	"testing"
	"time"
)

// newTable makes the table of all these tests, which fails if there is one.
func newTable(t *testing.T) {
	t.Helper()
	query(t, "CREATE TABLE stock (item text PRIMARY KEY, pieces int NOT NULL DEFAULT 0 CHECK (pieces >= 0))")
	t.Cleanup(func() { query(t, "DROP TABLE stock") })
}

// wantStock fails the test unless the table has these rows, now and a little later.
func wantStock(t *testing.T, rows ...string) {
	t.Helper()
	for range 2 {
		got := query(t, "SELECT item || ' ' || pieces FROM stock ORDER BY item")
		if want := strings.Join(rows, "\n"); got != want {
			t.Errorf("in stock:\n%s\nwant:\n%s", got, want)
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// query runs SQL in the database that the environment names, and returns the rows.
func query(t *testing.T, sql string) string {
	t.Helper()
	output, err := psql(sql)
	if err != nil {
		t.Fatalf("%s: %v\n%s", sql, err, output)
	}
	return output
}

// psql runs SQL in one transaction.
func psql(sql string) (output string, err error) {
	command := exec.Command("psql", "--no-psqlrc", "--tuples-only", "--no-align", "--quiet", "--command", sql)
	text, err := command.CombinedOutput()
	return strings.TrimSpace(string(text)), err
}
