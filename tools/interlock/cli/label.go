package cli

import (
	"strings"

	"github.com/interlock-build/rules_interlock/internal/manifest"
)

// packageOf returns a canonical label without the target's name.
func packageOf(label string) string { return label[:strings.LastIndexByte(label, ':')] }

// isLocal reports whether a canonical label is in the main repository.
func isLocal(label string) bool { return strings.HasPrefix(label, "@@//") }

// pathOf returns the path of a target of the main repository, below the workspace or
// bazel-testlogs.
func pathOf(label string) string {
	return strings.TrimPrefix(strings.TrimPrefix(packageOf(label), "@@//")+"/"+manifest.TargetName(label), "/")
}
