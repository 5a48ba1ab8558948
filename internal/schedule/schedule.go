// Package schedule decides which case starts next. It is pure: it starts nothing, and reads no
// clock. Package engine carries out its decisions, and the command interlock uses it to predict
// durations.
//
// The parts are:
//
//   - Case and Class: a case, and cases with the same needs, any of which may run in
//     place of another (case.go, class.go);
//   - Agenda: what has not started, and what to start next (agenda.go), by what is in
//     use (usage.go), by what holds the run up (urgency.go), by the order of a file
//     (turns.go) and by what neighbours share (neighbours.go);
//   - how many cases a process gets at once (sizes.go), and whether it goes on with one
//     more (goeson.go);
//   - Simulate: how long a division of cases will take (simulate.go).
package schedule
