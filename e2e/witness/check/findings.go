package check

import "fmt"

// Findings is what is wrong: sentences, each after the name of its check.
//
//   - runs: each runner that lived reports each of its cases once. The cases that
//     passed, and no others, have one start and one end. A case that was reported
//     bad was killed, or failed by its own word, or the infrastructure failed. A case
//     that has failed by its own word, or that a fenced resource has rejected, did not
//     pass.
//   - capacity: at no moment do cases use more of a group than its capacity.
//   - sharing: at no moment does a case share a group while another uses it exclusively.
//   - units: each unit has one user at a time, and each user as many as it needs.
//   - rate: in no window do more uses start than the rate allows.
//   - fences: of two uses that exclude each other, the later one has the larger
//     token. No two have the same token, except shared uses of one run.
//   - outlived: if groups cannot be lost by time, nothing of a case that was killed, or
//     whose runner was killed, continues beside the next one.
//   - losses: a case that loses its groups because lock files were replaced ends
//     within a second, and does not pass.
//   - hangs: each runner ends.
type Findings []string

// Add adds a finding of a check.
func (f *Findings) Add(check, format string, args ...any) {
	*f = append(*f, check+": "+fmt.Sprintf(format, args...))
}
