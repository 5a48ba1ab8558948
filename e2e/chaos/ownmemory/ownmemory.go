// Package ownmemory gives a harness, and all that it starts, a shared memory of its own: runners
// share more than their locks there, and nobody else's is to be filled or found. It needs the
// right to mount, as root has it.
package ownmemory

// Path is where the shared memory is.
const Path = "/dev/shm"
