// Tests of a stock that is in PostgreSQL: each case has a database server for itself.
package postgres_test

import (
	"strings"
	"testing"
)

func TestNothingAtFirst(t *testing.T) {
	newTable(t)
	wantStock(t)
}

func TestInsert(t *testing.T) {
	newTable(t)
	query(t, "INSERT INTO stock VALUES ('nut', 5), ('bolt', 7)")
	wantStock(t, "bolt 7", "nut 5")
}

func TestDefault(t *testing.T) {
	newTable(t)
	query(t, "INSERT INTO stock (item) VALUES ('nut')")
	wantStock(t, "nut 0")
}

func TestUpdate(t *testing.T) {
	newTable(t)
	query(t, "INSERT INTO stock VALUES ('nut', 5)")
	query(t, "UPDATE stock SET pieces = pieces - 2")
	wantStock(t, "nut 3")
}

func TestUpsert(t *testing.T) {
	newTable(t)
	for range 2 {
		query(t, "INSERT INTO stock VALUES ('nut', 5) "+
			"ON CONFLICT (item) DO UPDATE SET pieces = stock.pieces + excluded.pieces")
	}
	wantStock(t, "nut 10")
}

func TestDelete(t *testing.T) {
	newTable(t)
	query(t, "INSERT INTO stock VALUES ('nut', 5), ('bolt', 7)")
	query(t, "DELETE FROM stock WHERE item = 'nut'")
	wantStock(t, "bolt 7")
}

func TestNoMoreThanThereIs(t *testing.T) {
	newTable(t)
	query(t, "INSERT INTO stock VALUES ('nut', 5)")
	output, err := psql("UPDATE stock SET pieces = pieces - 6")
	if err == nil || !strings.Contains(output, "violates check constraint") {
		t.Errorf("got %q, %v", output, err)
	}
	wantStock(t, "nut 5")
}

func TestRollback(t *testing.T) {
	newTable(t)
	query(t, "BEGIN; INSERT INTO stock VALUES ('nut', 5); ROLLBACK")
	wantStock(t)
}
