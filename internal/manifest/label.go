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

// TargetName returns the name of the target in a label.
func TargetName(label string) string { return label[strings.LastIndexByte(label, ':')+1:] }
