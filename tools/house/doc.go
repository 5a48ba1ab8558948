// Package house holds the plan of this repository: its test says which folder may import
// which, and that each package says what it is. `bazel run //tools:lint` runs it, since it
// has to see all sources.
package house
