// Package house checks the structure of this repository. Its test checks which folder may import
// which, and that each package has a package comment. `bazel run //tools:lint` runs it, because
// it has to see all sources.
package house
