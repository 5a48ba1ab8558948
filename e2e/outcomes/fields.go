package outcomes

import "strings"

// Fields returns the words of a line without its comment.
func Fields(line string) []string {
	line, _, _ = strings.Cut(line, "# ")
	if strings.HasPrefix(line, "#") {
		return nil
	}
	return strings.Fields(line)
}
