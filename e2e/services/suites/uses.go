package suites

import (
	"fmt"
	"maps"
	"os"
	"slices"

	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
)

// Uses is what was seen of the tests' use of servers.
type Uses struct {
	// Count is how many uses there were, and Servers of how many servers.
	Count, Servers int
	// Most is how many were under way at once.
	Most int
	// Contended is how often a use of a unit began whose last user was another target.
	Contended int
	// Findings say what must not be.
	Findings []string
}

// readUses reads the log of the tests, which is not there if no test used a server.
func readUses(path string) (Uses, error) {
	file, err := os.Open(path)
	if os.IsNotExist(err) {
		return Uses{}, nil
	}
	if err != nil {
		return Uses{}, err
	}
	defer func() { _ = file.Close() }() // only read
	records, err := caselog.Parse(file)
	if err != nil {
		return Uses{}, err
	}
	return checkUses(records), nil
}

// watch follows who uses what.
type watch struct {
	seen Uses
	// users are the uses under way, by unit and by server: unit postgres/0, server ID.
	users map[string]caselog.Record
	// last is the last target that used a unit.
	last    map[string]string
	servers map[string]bool
	// underWay counts the uses by group.
	underWay map[string]int
}

// checkUses finds servers and units that two tests used at once. The order of the records is that
// of time: each was written while its test had the server.
func checkUses(records []caselog.Record) Uses {
	w := watch{users: map[string]caselog.Record{}, last: map[string]string{}, servers: map[string]bool{}, underWay: map[string]int{}}
	for _, r := range records {
		if len(r.Uses) != 1 || len(r.Uses[0].Slots) != 1 || len(r.Uses[0].Instances) != 1 {
			w.finds("%s %s does not say what it uses", r.Run, r.Case)
			continue
		}
		switch r.Event {
		case caselog.Start:
			w.start(r)
		case caselog.End:
			w.end(r)
		}
	}
	for _, what := range slices.Sorted(maps.Keys(w.users)) {
		w.finds("%s: the use by %s %s has no end", what, w.users[what].Run, w.users[what].Case)
	}
	w.seen.Servers = len(w.servers)
	return w.seen
}

func (w *watch) start(r caselog.Record) {
	unit, server := usedBy(r)
	for _, what := range []string{unit, server} {
		if other, used := w.users[what]; used {
			w.finds("%s is used at once by %s %s and %s %s", what, other.Run, other.Case, r.Run, r.Case)
		}
		w.users[what] = r
	}
	if last, used := w.last[unit]; used && last != r.Run {
		w.seen.Contended++
	}
	w.last[unit] = r.Run
	w.servers[server] = true
	w.seen.Count++
	group := r.Uses[0].Group
	w.underWay[group]++
	w.seen.Most = max(w.seen.Most, w.underWay[group])
	if w.underWay[group] > Capacity {
		w.finds("%d uses of %s at once, when %s %s begins", w.underWay[group], group, r.Run, r.Case)
	}
}

func (w *watch) end(r caselog.Record) {
	unit, server := usedBy(r)
	for _, what := range []string{unit, server} {
		if w.users[what].Case == r.Case {
			delete(w.users, what)
		}
	}
	w.underWay[r.Uses[0].Group]--
}

// usedBy returns what a record is about: the unit of the group, and the server.
func usedBy(r caselog.Record) (unit, server string) {
	use := r.Uses[0]
	return fmt.Sprintf("%s/%d", use.Group, use.Slots[0]), use.Group + " " + use.Instances[0]
}

func (w *watch) finds(format string, args ...any) {
	w.seen.Findings = append(w.seen.Findings, fmt.Sprintf(format, args...))
}
