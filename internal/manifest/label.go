package manifest

import "strings"

// DisplayLabel returns a canonical label as Bazel prints it: a label of the main repository loses
// the marks of a canonical name. Different labels stay different.
func DisplayLabel(canonical string) string {
	if strings.HasPrefix(canonical, "@@//") {
		return strings.TrimPrefix(canonical, "@@")
	}
	return canonical
}

// DisplayPath is a runfiles path as people know it: a file of the main repository by its
// path there.
func DisplayPath(runfile string) string { return strings.TrimPrefix(runfile, "_main/") }

// TargetName returns the name of the target in a label.
func TargetName(label string) string { return label[strings.LastIndexByte(label, ':')+1:] }
