package cli

import "strings"

// packageOf returns a canonical label without the target's name.
func packageOf(label string) string { return label[:strings.LastIndexByte(label, ':')] }

// nameOf returns the target's name in a canonical label.
func nameOf(label string) string { return label[strings.LastIndexByte(label, ':')+1:] }

// isLocal reports whether a canonical label is in the main repository.
func isLocal(label string) bool { return strings.HasPrefix(label, "@@//") }

// pathOf returns the path of a target of the main repository, below the workspace or
// bazel-testlogs.
func pathOf(label string) string {
	return strings.TrimPrefix(strings.TrimPrefix(packageOf(label), "@@//")+"/"+nameOf(label), "/")
}

// display returns a canonical label as people write it.
func display(label string) string {
	if isLocal(label) {
		return strings.TrimPrefix(label, "@@")
	}
	return label
}
