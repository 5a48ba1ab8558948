// Package orders has tests that take as long as they are told, for plan and timings.
package orders

import (
	"testing"
	"time"
)

// Without timings both long tests are in the second of two shards.
func takes(d time.Duration) { time.Sleep(d) }

func TestDBMigrate(*testing.T) { takes(100 * time.Millisecond) }

func TestDBQuery(*testing.T) { takes(100 * time.Millisecond) }

func TestExport(*testing.T) { takes(1500 * time.Millisecond) }

func TestImport(*testing.T) { takes(1500 * time.Millisecond) }

func TestList(t *testing.T) {
	t.Run("Empty", func(*testing.T) { takes(50 * time.Millisecond) })
}

func TestPrint(t *testing.T) { t.Skip("there is no printer") }
