package engine

import (
	"encoding/binary"
	"fmt"
	"hash/maphash"
	"slices"
	"strings"
)

// exploration is everything that can be reached from the first state of a model.
type exploration struct {
	*model
	seeds  [2]maphash.Seed
	seen   map[[2]uint64]int32 // states, by their hashes, unique but for one in 10^20
	order  [][]int             // renamings
	came   []edge              // how each state was first reached: by which step from which state
	edges  []edge
	ends   []int32
	worlds []*modelWorld // the worlds to look at, from next on
	next   int32
}

type edge struct{ from, to int32 }

// explore returns how many states there are, and what is wrong with one of them, with the steps
// that lead there; "" if nothing is.
//
// It looks at the nearest states first, so there are as few steps as possible.
func explore(s modelSetting, most int) (states int, wrong string) {
	x := &exploration{model: newModel(s), seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}, seen: map[[2]uint64]int32{}}
	x.add(x.first(), 0, 0)
	for int(x.next) < len(x.came) {
		if wrong := x.look(); wrong != "" {
			return len(x.came), wrong
		}
		if len(x.came) > most {
			return len(x.came), fmt.Sprintf("there are more than %d states: the setting is too large to be explored", most)
		}
	}
	if stuck := x.withoutEnd(); stuck >= 0 {
		return len(x.came), "all that can happen from here leads to no end:\n" + x.trace(stuck)
	}
	return len(x.came), ""
}

// look finds what can happen in the next state.
func (x *exploration) look() (wrong string) {
	at := x.next
	w := x.worlds[at]
	x.worlds[at] = nil
	x.next++
	canGoOn, nth := false, int32(0)
	wrong = x.each(w, func(_ modelStep, n *modelWorld, isProgress bool) {
		canGoOn = canGoOn || isProgress
		to := x.add(n, at, nth)
		if to != at {
			x.edges = append(x.edges, edge{at, to})
		}
		nth++
	})
	switch {
	case wrong != "":
		return wrong + ", after\n" + x.trace(at)
	case x.isDone(w):
		x.ends = append(x.ends, at)
	case !canGoOn:
		return "a deadlock: cases are left, and nothing can happen, after\n" + x.trace(at)
	}
	return ""
}

// add returns the number of a state that the nth step from another one leads to.
func (x *exploration) add(w *modelWorld, from, nth int32) int32 {
	key, _ := x.canonical(w)
	if n, ok := x.seen[key]; ok {
		return n
	}
	n := int32(len(x.came))
	x.seen[key] = n
	x.came = append(x.came, edge{from, nth})
	x.worlds = append(x.worlds, w)
	return n
}

// canonical returns the smallest hash of a world under all names of runners with the same cases:
// such worlds behave in the same way.
func (x *exploration) canonical(w *modelWorld) (least [2]uint64, names []int) {
	for _, p := range x.renamings() {
		text := x.encode(w, p)
		key := [2]uint64{maphash.Bytes(x.seeds[0], text), maphash.Bytes(x.seeds[1], text)}
		if names == nil || key[0] < least[0] {
			least, names = key, p
		}
	}
	return least, names
}

// renamings returns the permutations of runners that have the same cases.
func (x *exploration) renamings() [][]int {
	if x.order == nil {
		all := make([]int, len(x.tables))
		for i := range all {
			all[i] = i
		}
		for _, p := range permutations(all) {
			if !slices.ContainsFunc(all, func(i int) bool { return x.tables[p[i]] != x.tables[i] }) {
				x.order = append(x.order, p)
			}
		}
	}
	return x.order
}

// encode returns a world as text, in which runner names[i] has the name i.
func (x *exploration) encode(w *modelWorld, names []int) []byte {
	text := make([]byte, 0, 128)
	called := make([]byte, len(names)+1) // and the others, by -1
	for i, old := range names {
		called[old+1] = byte(i + 1)
		text = binary.LittleEndian.AppendUint32(text, uint32(w.runners[old]))
		for _, a := range w.asks[x.ask(old, 0):x.ask(old, len(x.tables[old].needs))] {
			text = append(text, byte(a.phase)|byte(a.next)<<4)
		}
	}
	for _, l := range w.locks {
		text = append(text, byte(l.used), byte(l.shared), byte(l.started), byte(l.others), byte(len(l.queue)))
		for _, u := range l.queue {
			text = append(text, called[u.runner+1]<<4|byte(u.class+1))
		}
	}
	return text
}

// withoutEnd returns the first state from which no end can be reached; -1 if there
// is none.
func (x *exploration) withoutEnd() int32 {
	begins := make([]int32, len(x.came)+1) // of those that lead to a state, in from
	for _, e := range x.edges {
		begins[e.to+1]++
	}
	for i := range x.came {
		begins[i+1] += begins[i]
	}
	from, filled := make([]int32, len(x.edges)), slices.Clone(begins)
	for _, e := range x.edges {
		from[filled[e.to]] = e.from
		filled[e.to]++
	}
	canEnd := make([]bool, len(x.came))
	todo := slices.Clone(x.ends)
	for len(todo) > 0 {
		at := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if !canEnd[at] {
			canEnd[at] = true
			todo = append(todo, from[begins[at]:begins[at+1]]...)
		}
	}
	return int32(slices.Index(canEnd, false))
}

// trace returns the steps that lead to a state, one a line.
func (x *exploration) trace(state int32) string {
	var nths []int32
	for ; state > 0; state = x.came[state].from {
		nths = append(nths, x.came[state].to)
	}
	var lines []string
	w := x.first()
	for _, nth := range slices.Backward(nths) {
		at := int32(0)
		var next *modelWorld
		x.each(w, func(s modelStep, n *modelWorld, _ bool) {
			if at == nth {
				lines, next = append(lines, s.String()), n
			}
			at++
		})
		w = next
	}
	return strings.Join(lines, "\n")
}
