package command

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/terminal"
)

// watchEvery is how often Status looks again.
const watchEvery = time.Second

// Status prints the holders and waiters of each group: for people or, with --json, as a Report.
// With --watch it repeats that until ctx ends. --scope limits it to some of the scopes build,
// host and, in a program that has it, cluster, separated by commas.
//
// What cannot be seen is a problem of the report, and for people a line on stderr. If the
// configured coordinator cannot be read, Status prints the rest and returns an *ExitError.
func Status(ctx context.Context, i Invocation) error {
	s := status{i: i, scopes: []group.Scope{group.Build, group.Host}}
	if i.Cluster != nil {
		s.scopes = append(s.scopes, group.Cluster)
	}
	flags := newFlags()
	flags.BoolVar(&s.watching, "watch", false, "")
	flags.BoolVar(&s.asJSON, "json", false, "")
	flags.Func("scope", "", s.setScopes)
	others, err := parse(flags, i.Args)
	if err != nil {
		return err
	}
	if len(others) > 0 {
		return usageError("status takes no arguments but flags, and got %q", others)
	}
	s.atTerminal = terminal.Is(i.Stdout)
	if s.watching {
		return s.watch(ctx)
	}
	return s.once(ctx)
}

// status is the command with its flags.
type status struct {
	i                            Invocation
	scopes                       []group.Scope
	watching, asJSON, atTerminal bool
	last                         Report // the last printed report
}

func (s *status) setScopes(text string) error {
	s.scopes = nil
	for name := range strings.SplitSeq(text, ",") {
		scope := group.Scope(name)
		if !slices.Contains(group.Scopes[1:], scope) {
			return errors.New("want build, host or cluster, or several with commas in between; " +
				"who holds groups of scope process is in the log of their test")
		}
		if scope == group.Cluster && s.i.Cluster == nil {
			return errNoCluster
		}
		s.scopes = append(s.scopes, scope)
	}
	return nil
}

// once prints one report.
func (s *status) once(ctx context.Context) error {
	report, ok := s.report(ctx)
	if err := s.print(report); err != nil || ok {
		return err
	}
	return &ExitError{Code: 1} // the problems say why
}

// watch prints reports until ctx ends.
func (s *status) watch(ctx context.Context) error {
	ticker := time.NewTicker(watchEvery)
	defer ticker.Stop()
	for {
		report, _ := s.report(ctx)
		if ctx.Err() != nil {
			return nil
		}
		if err := s.print(report); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// report looks at everything that is asked for, and reports whether every source has answered.
func (s *status) report(ctx context.Context) (r Report, ok bool) {
	r = Report{Version: ReportVersion, At: time.Now(), Groups: []Group{}, Problems: []string{}}
	if slices.Contains(s.scopes, group.Build) || slices.Contains(s.scopes, group.Host) {
		r.addNotices(s.scopes)
		r.addServices()
	}
	ok = !slices.Contains(s.scopes, group.Cluster) || r.askCoordinator(ctx, s.i)
	r.sort()
	return r, ok
}

// print prints r if it differs from the last report.
func (s *status) print(r Report) error {
	if s.asJSON {
		return json.NewEncoder(s.i.Stdout).Encode(r)
	}
	last := s.last
	s.last = r
	for _, problem := range r.Problems {
		if !slices.Contains(last.Problems, problem) {
			s.i.say("%s", problem)
		}
	}
	var text bytes.Buffer
	switch {
	case !s.watching:
	case s.atTerminal:
		text.WriteString(clearScreen)
	case last.Version != 0 && reflect.DeepEqual(last.Groups, r.Groups) && reflect.DeepEqual(last.Services, r.Services):
		return nil
	default:
		text.WriteString(r.At.Format(time.TimeOnly) + "\n")
	}
	if err := r.writeText(&text); err != nil {
		return err
	}
	_, err := io.Copy(s.i.Stdout, &text)
	return err
}

// clearScreen moves to the first row and clears everything below (ECMA-48, CUP and ED).
const clearScreen = "\x1b[H\x1b[J"
