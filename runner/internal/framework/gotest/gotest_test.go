package gotest

import "testing"

// A benchmark is not a case, so its process runs although no case is selected.
func TestWholeProcessesAreNotHooked(t *testing.T) {
	for args, want := range map[string]bool{"-test.short": true, "-test.bench=.": false, "-test.cpuprofile=p": false} {
		b, err := New(Options{Args: []string{args}, Names: []string{"TestA"}, Hooked: true})
		if err != nil {
			t.Fatal(err)
		}
		if unlisted := b.Unlisted().Process; b.Asks() != want || unlisted == want {
			t.Errorf("%s: hooked %t, unlisted %t", args, b.Asks(), unlisted)
		}
	}
}
