package proofs

import (
	"strings"
	"testing"

	"github.com/interlock-build/rules_interlock/e2e/remote/cluster"
)

// doctor is the test that looks at the machine on which it runs.
const doctor = "@rules_interlock//runner:doctor"

// The doctor runs where other tests run. It passes where groups of scope cluster hold, and has a line
// and a remedy for all that is missing.
func TestDoctor(t *testing.T) {
	for name, c := range map[string]struct {
		machine cluster.Machine
		cutOff  bool
		code    int
		want    []string
	}{
		"nothing is missing": {code: allPassed, want: []string{
			"note  lock files: they are copies here", "ok    coordinator: https://127.0.0.1:", "ok    zip: ", "ok    /dev/shm: ",
			"ok    TEST_TMPDIR: ", "ok    processes: ", "ok    guardian: ", "ok    clock: ",
		}},
		"much is missing": {
			machine: cluster.Machine{Without: []string{"zip", "shm"}, Environ: map[string]string{"HOME": "/nonexistent"}},
			code:    allPassed,
			want:    []string{"note  zip: there is none on PATH", "note  /dev/shm: ", "note  HOME: ", "hint: install zip", "hint: mount a tmpfs"},
		},
		"another user": {
			machine: cluster.Machine{User: 65534}, code: allPassed, want: []string{"ok    coordinator: ", "ok    TEST_TMPDIR: "},
		},
		"no coordinator": {
			machine: cluster.Machine{NoCoordinator: true}, code: testsFailed,
			want: []string{"FAIL  coordinator: this machine names none", "hint: put /etc/interlock/coordinator.json into the image"},
		},
		"cut off": {
			cutOff: true, code: testsFailed, want: []string{"FAIL  coordinator: https://127.0.0.1:", "hint: let this machine reach these endpoints"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newStage(t, cluster.Options{Machines: []cluster.Machine{c.machine}})
			if c.cutOff {
				s.Workers[0].CutOff()
			}
			o := s.play(t, doctor)
			o.want(t, c.code)
			wantRemote(t, o)
			for _, text := range c.want {
				o.wantText(t, text)
			}
			for line := range strings.Lines(string(o.results[0].Log)) {
				if strings.HasPrefix(line, "note") || strings.HasPrefix(line, "FAIL") || strings.HasPrefix(line, "ok") {
					t.Log(strings.TrimSpace(line))
				}
			}
		})
	}
}

// On Bazel's machine, lock files are no copies.
func TestDoctorHere(t *testing.T) {
	code, output := bazel{}.call(t, "test", "--noshow_progress", "--test_output=all", doctor)
	if code != allPassed || !strings.Contains(output, "ok    lock files: all tests of this build share them") {
		t.Errorf("%d:\n%s", code, output)
	}
}
