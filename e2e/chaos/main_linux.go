// Chaos causes faults in runners, in their cases and in what keeps their groups, and checks from
// outside that no guarantee is broken. docs/design/reliability.md explains how, and e2e/chaos/run
// starts it.
//
// # Exit codes
//
// 0: nothing was found. 1: something was found; the files of the round are kept. 2: the chaos
// itself failed.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/interlock-build/rules_interlock/e2e/chaos/campaign"
	"github.com/interlock-build/rules_interlock/e2e/chaos/clock"
	"github.com/interlock-build/rules_interlock/e2e/chaos/ownmemory"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster/etcdtest"
)

// programs are the files that rounds need.
type programs struct {
	// program and cases are the cases: a program, and a Go test binary.
	program, cases string
	// interlock and cluster are the runners.
	interlock, cluster string
}

// options are what the command line asks for.
type options struct {
	campaign.Options
	scopes   []string
	programs programs
}

func main() {
	if err := clock.Become(); err != nil { // as a member of etcd
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	etcdtest.Main()
	code, done, err := ownmemory.RunAgain(os.Args)
	if err != nil {
		fmt.Fprintln(os.Stderr, "chaos: no faults of /dev/shm:", err)
	}
	if done {
		os.Exit(code)
	}
	if err := ownmemory.Mount(); err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
		os.Exit(2)
	}
	code, err = chaos(os.Args, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "chaos:", err)
	}
	os.Exit(code)
}

func parseOptions(args []string) (options, error) {
	var o options
	var only string
	flags := o.Flags(args[0])
	flags.StringVar(&only, "scopes", strings.Join(scopes, ","), "`scopes` whose groups are used, in turn")
	flags.Func("interlock", "`file` of the runner", campaign.File(&o.programs.interlock))
	flags.Func("cluster", "`file` of the runner with scope cluster", campaign.File(&o.programs.cluster))
	flags.Func("program", "`file` of the program that is a case", campaign.File(&o.programs.program))
	flags.Func("cases", "`file` of the test binary with the cases", campaign.File(&o.programs.cases))
	if err := campaign.Parse(flags, args[1:]); err != nil {
		return o, err
	}
	o.scopes = strings.Split(only, ",")
	slices.SortFunc(o.scopes, func(a, b string) int { return slices.Index(scopes, a) - slices.Index(scopes, b) })
	for _, scope := range o.scopes {
		if !slices.Contains(scopes, scope) {
			return o, fmt.Errorf("-scopes: %q is none of %q", scope, scopes)
		}
	}
	return o, nil
}

func chaos(args []string, stdout io.Writer) (code int, err error) {
	o, err := parseOptions(args)
	if err != nil {
		return 2, err
	}
	s, err := loadState(o.State)
	if err != nil {
		return 2, err
	}
	return o.Run(stdout, s.table, func() (int, error) { return o.rounds(s, stdout) })
}

// rounds runs rounds until the time is up, and returns how much was found.
func (o options) rounds(s *state, stdout io.Writer) (found int, err error) {
	return campaign.InFolder("chaos", func(work string) (int, error) { return o.roundsIn(work, s, stdout) })
}

func (o options) roundsIn(work string, s *state, stdout io.Writer) (found int, err error) {
	clocks, err := clock.Serve(filepath.Join(work, "clocks"))
	if err != nil {
		fmt.Fprintln(stdout, "no clock jumps:", err)
	} else {
		defer func() { _ = clocks.Close() }()
	}
	arenas, err := o.arenas(work)
	defer func() {
		for _, a := range arenas {
			if a.close != nil {
				err = errors.Join(err, a.close())
			}
		}
	}()
	if err != nil {
		return 0, err
	}
	return campaign.Rounds(o.Options, &s.Seeds, func(number int) (outcome, error) {
		return o.play(number, arenas, clocks, work, stdout)
	}, outcome.found, func(result outcome) error { return s.add(o.Seed, result) })
}

// arenas makes an arena for each scope.
func (o options) arenas(work string) (arenas []*arena, err error) {
	for _, scope := range o.scopes {
		dir := filepath.Join(work, scope)
		if err := os.Mkdir(dir, 0o755); err != nil {
			return arenas, err
		}
		a, err := newArena(scope, dir, o.programs)
		if err != nil {
			return arenas, fmt.Errorf("scope %s: %w", scope, err)
		}
		arenas = append(arenas, a)
	}
	return arenas, nil
}

// turn returns the arena of a round. The arena of scope cluster, the last one, has every second
// turn, because its faults take longest.
func turn(arenas []*arena, number int) *arena {
	last := len(arenas) - 1
	if arenas[last].scope != "cluster" || last == 0 {
		return arenas[number%len(arenas)]
	}
	if number%2 == 1 {
		return arenas[last]
	}
	return arenas[number/2%last]
}

// play runs a round and reports its result. Its files stay if something was found.
func (o options) play(number int, arenas []*arena, clocks *clock.Server, work string, stdout io.Writer) (outcome, error) {
	r := &round{
		seed: o.Seed, number: number, arena: turn(arenas, number), programs: o.programs, clocks: clocks,
		dir: filepath.Join(work, fmt.Sprintf("round%d", number)),
	}
	result, err := r.run()
	if err != nil {
		return result, fmt.Errorf("round %d of seed %d: %w", number, o.Seed, err)
	}
	fmt.Fprintf(stdout, "seed %d, round %d: %s, %.1f s, %d faults, %d runners, %d cases, %d findings\n", o.Seed, number,
		result.Scope, result.Took.Seconds(), campaign.Sum(result.Faults), result.Seen.Runs, result.Seen.Cases, len(result.Findings))
	if len(result.Findings) == 0 {
		return result, os.RemoveAll(r.dir)
	}
	for _, finding := range result.Findings {
		fmt.Fprintln(stdout, "  "+finding)
	}
	fmt.Fprintf(stdout, "  its files are in %s; run it again with -seed %d -round %d -scopes %s\n", r.dir, o.Seed, number,
		strings.Join(o.scopes, ","))
	return result, nil
}

// found returns how much is wrong.
func (o outcome) found() int { return len(o.Findings) }
