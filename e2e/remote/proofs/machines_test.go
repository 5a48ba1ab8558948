package proofs

import (
	"testing"

	"github.com/interlock-build/rules_interlock/e2e/remote/cluster"
	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
)

// Groups hold among workers whose machines lack things. No two see a folder in common but the one
// of the witness, each has its own /tmp and host name, and actions get no SIGTERM.
func TestMachines(t *testing.T) {
	notShort(t)
	for name, m := range map[string]cluster.Machine{
		"without /dev/shm":        {Without: []string{"shm"}},
		"without zip":             {Without: []string{"zip"}},
		"HOME is not writable":    {Environ: map[string]string{"HOME": "/proc"}},
		"HOME does not exist":     {Environ: map[string]string{"HOME": "/nonexistent"}},
		"another user":            {User: 65534},
		"actions die with worker": {Contained: true},
		"coordinator by variable": {NoCoordinator: true},
		"user by certificate":     {ByCertificate: true},
	} {
		t.Run(name, func(t *testing.T) {
			o := cluster.Options{Machines: []cluster.Machine{m, {}}}
			if m.NoCoordinator {
				o.Machines[1] = m
			}
			s := newStage(t, o)
			var flags []string
			if m.NoCoordinator {
				coordinator, err := s.WriteCoordinator(s.Shared())
				if err != nil {
					t.Fatal(err)
				}
				flags = append(flags, "--test_env=INTERLOCK_COORDINATOR="+coordinator)
			}
			out := s.play(t, append(flags, "//grouped:some")...)
			out.want(t, allPassed)
			r := s.round(t, out, names("grouped", 4), 1)
			seen := s.wantNothing(t, r)
			if seen.Workers != 2 {
				t.Errorf("%d workers ran cases", seen.Workers)
			}
			wantRemote(t, out)
		})
	}
}

// A worker without a coordinator starts no case, and says how to name one.
func TestWorkerWithoutCoordinator(t *testing.T) {
	s := newStage(t, cluster.Options{Machines: []cluster.Machine{{NoCoordinator: true}}})
	o := s.play(t, "//grouped:t0_test", "--test_filter=TestDB1", "--test_sharding_strategy=disabled")
	o.want(t, testsFailed)
	o.wantText(t, "need a coordinator, and this machine names none")
	for _, r := range o.results {
		wantInfrastructure(t, r)
	}
	for _, record := range s.records(t) {
		if record.Event == caselog.Start {
			t.Errorf("%s was started", record.Case)
		}
	}
}
