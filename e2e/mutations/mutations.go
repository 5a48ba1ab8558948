package main

// Packages whose tests are to find bugs.
var (
	registerTests = []string{"./runner/internal/lock/register", "./runner/internal/lock/build", "./runner/internal/lock/host"}
	goTests       = []string{"./runner/internal/framework/gotest"}
	clusterTests  = []string{"./runner/internal/lock/cluster"}
)

// mutations are the bugs, by what is wrong and in which scopes.
var mutations = []mutation{
	{
		name:  "drop the watch (build, host)",
		file:  "runner/internal/lock/register/watcher_linux.go",
		code:  "		case <-closed:\n",
		bug:   "		case <-(chan struct{})(nil):\n",
		tests: registerTests,
	},
	{
		name:  "drop the watch (cluster)",
		file:  "runner/internal/lock/cluster/wait.go",
		code:  "if event.Type == mvccpb.DELETE && event",
		bug:   "if event.Type == mvccpb.PUT && event",
		tests: clusterTests,
	},
	{
		name:  "skip the lease check (cluster)",
		file:  "runner/internal/lock/cluster/session.go",
		code:  "	return s.confirmed.elapsed() >= s.ttl-s.config.TTL/4\n",
		bug:   "	return false\n",
		tests: clusterTests,
	},
	{
		name:  "skip the lease check (runner)",
		file:  "runner/internal/engine/report.go",
		code:  "if b.held != nil && b.held.Confirm() != nil {",
		bug:   "if b.held != nil && b.held.Confirm() != nil && false {",
		tests: []string{"./runner/internal/engine"},
	},
	{
		name:  "reuse a token (cluster)",
		file:  "runner/internal/lock/cluster/request.go",
		code:  "Fence: r.fence}",
		bug:   "Fence: r.fence / 64}",
		tests: clusterTests,
	},
	{
		name:  "release early (all scopes)",
		file:  "runner/internal/engine/effects.go",
		code:  "		retries := d.run.execute(h, worker)\n		h.release()\n",
		bug:   "		h.release()\n		retries := d.run.execute(h, worker)\n",
		tests: []string{"./runner/internal/engine"},
	},
	{
		name:  "wrong order of the queue (build, host)",
		file:  "runner/internal/lock/register/queue_linux.go",
		code:  "firstAnnounced(t.copies, t.region.ticket(1), t.region.ticket(t.ticket))",
		bug:   "firstAnnounced(t.copies, t.region.ticket(t.ticket+1), t.region.ticket(maxTicket+1))",
		tests: registerTests,
	},
	{
		name:  "wrong order of the queue (cluster)",
		file:  "runner/internal/lock/cluster/request.go",
		code:  "present(r.ticket), none(r.keys.Before(r.ticket))}",
		bug:   "present(r.ticket)}",
		tests: clusterTests,
	},
	{
		name:  "wrong order of groups (build, host)",
		file:  "runner/internal/group/need.go",
		code:  "cmp.Compare(a.Group, b.Group), cmp.Compare(a.Mode",
		bug:   "cmp.Compare(len(a.Group), len(b.Group)), cmp.Compare(a.Mode",
		tests: append([]string{"./runner/internal/group"}, registerTests...),
	},
	{
		name:  "no O_CLOEXEC (build, host)",
		file:  "runner/internal/lock/register/file_linux.go",
		code:  "unix.O_RDONLY|unix.O_CLOEXEC|",
		bug:   "unix.O_RDONLY|",
		tests: registerTests,
	},
	{
		name:  "drop the last net: a bad end of a process whose tests have passed (gotest)",
		file:  "runner/internal/framework/gotest/ending.go",
		code:  "		r.blameAll(end.Result)\n",
		bug:   "",
		tests: goTests,
	},
	{
		name:  "drop the second result of a test (gotest)",
		file:  "runner/internal/framework/gotest/results.go",
		code:  "if t.finished && (t.reportedBad || !t.bad) {",
		bug:   "if t.finished {",
		tests: goTests,
	},
	{
		name:  "drop the amendment of a case (engine)",
		file:  "runner/internal/engine/report.go",
		code:  "!before.Bad() && result.Outcome.Bad() {\n",
		bug:   "before.Bad() && result.Outcome.Bad() {\n",
		tests: []string{"./runner/internal/app"},
	},
	{
		name:  "accept a row that a test has printed (gotest)",
		file:  "runner/internal/framework/gotest/hooked.go",
		code:  "	if !r.inBand || !r.frame(f) {\n",
		bug:   "	if !r.frame(f) {\n",
		tests: goTests,
	},
	{
		name:  "accept a name with what is printed in front of it (gotest)",
		file:  "runner/internal/framework/gotest/listing.go",
		code:  "		return word[starts[0][0]:], nil\n",
		bug:   "		return line, nil\n",
		tests: goTests,
	},
	{
		name:  "stop a case that runs again (engine)",
		file:  "runner/internal/engine/joins.go",
		code:  "	if j.has(c) {\n		return event.Start\n	}\n",
		bug:   "",
		tests: []string{"./runner/internal/engine"},
	},
}
