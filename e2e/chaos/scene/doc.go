// Package scene is what is going on in a round of chaos, as far as it can be seen from outside: which
// runners run, and by their log which cases are under way. Faults hit them through it, because it
// writes to the log what is about to be done.
package scene
