package histories

import (
	"cmp"
	"fmt"
	"maps"
	"slices"

	"github.com/anishathalye/porcupine"
	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
	"github.com/interlock-build/rules_interlock/internal/group"
)

// holding is all that is noted about one request.
type holding struct {
	number int64
	client int
	at     map[what]caselog.Instant
	needs  []group.Need
	grants map[string]group.Grant
}

// historyOf makes a history from the clients' notes. Some of the clients were killed at the given
// times.
func historyOf(notes []note, groups []group.Group, killed map[int]caselog.Instant) ([]porcupine.Operation, error) {
	var end caselog.Instant
	for _, n := range notes {
		if n.What == failed {
			return nil, fmt.Errorf("client %d: acquire: %s", n.Client, n.Problem)
		}
		end = max(end, n.At+1)
	}
	for _, at := range killed {
		end = max(end, at+1)
	}
	var history []porcupine.Operation
	for _, h := range holdings(notes) {
		operations, err := h.operations(groups, killed, end)
		if err != nil {
			return nil, err
		}
		history = append(history, operations...)
	}
	return history, nil
}

func holdings(notes []note) []*holding {
	all := map[int64]*holding{}
	for _, n := range notes {
		h, ok := all[n.Holding]
		if !ok {
			h = &holding{number: n.Holding, client: n.Client, at: map[what]caselog.Instant{}}
			all[n.Holding] = h
		}
		h.at[n.What] = n.At
		if n.What == asked {
			h.needs = n.Needs
		}
		if n.What == got {
			h.grants = n.Grants
		}
	}
	return slices.SortedFunc(maps.Values(all), func(a, b *holding) int { return cmp.Compare(a.number, b.number) })
}

// isLost reports whether it was lost, and by a process that lived on.
func (h *holding) isLost() bool { _, lost := h.at[wasLost]; return lost }

// operations are the operations of one holding, on each of its groups. A process that was killed
// before it knew that it holds something restricts nobody: it may have got it at the very end.
func (h *holding) operations(
	groups []group.Group, killed map[int]caselog.Instant, end caselog.Instant,
) ([]porcupine.Operation, error) {
	if _, ok := h.at[got]; !ok {
		_, cancelled := h.at[gaveUp]
		if _, dead := killed[h.client]; !cancelled && !dead {
			return nil, fmt.Errorf("client %d: %v is without an answer", h.client, h.needs)
		}
		return nil, nil
	}
	endKind, from, to, err := h.ending(killed, end)
	if err != nil {
		return nil, err
	}
	var operations []porcupine.Operation
	for _, n := range h.needs {
		in := input{
			group:   groups[slices.IndexFunc(groups, func(g group.Group) bool { return g.Label == n.Group })],
			kind:    acquire,
			holding: h.number,
			need:    n,
		}
		grant := h.grants[n.Group]
		operations = append(operations, operation(h.client, in, grant, h.at[asked], h.at[got]))
		in.kind, in.grant = endKind, grant
		operations = append(operations, operation(h.client, in, group.Grant{}, from, to))
	}
	return operations, nil
}

func operation(client int, in input, out group.Grant, call, ret caselog.Instant) porcupine.Operation {
	return porcupine.Operation{ClientId: client, Input: in, Output: out, Call: int64(call), Return: int64(ret)}
}

// ending returns how what was acquired ceased to be held, and between which times.
func (h *holding) ending(
	killed map[int]caselog.Instant, end caselog.Instant,
) (how kind, from, to caselog.Instant, err error) {
	if at, lost := h.at[wasLost]; lost {
		return expire, at, end, nil
	}
	death, dead := killed[h.client]
	from, begun := h.at[giving]
	to, done := h.at[given]
	switch {
	case done:
		return release, from, to, nil
	case dead && begun:
		return release, from, end, nil
	case dead:
		return expire, death, end, nil
	}
	return "", 0, 0, fmt.Errorf("client %d: %v was never given back", h.client, h.needs)
}
