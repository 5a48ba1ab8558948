// Package pipetest lets a test and the processes that it starts wait for one
// another, through named pipes instead of pauses.
package pipetest
