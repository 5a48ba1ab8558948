package twice_test

import (
	"os"
	"testing"
)

func TestSame(t *testing.T) {
	if os.Getenv("BREAK") == "external" {
		t.Error("the external one is wrong")
	}
}

func TestOther(t *testing.T) {}
