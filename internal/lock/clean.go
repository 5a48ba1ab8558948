package lock

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxText is the length of a cleaned text.
const maxText = 4096

// Clean makes text fit for a terminal: it replaces each invisible character by U+FFFD, and cuts
// text that is too long.
func Clean(text string) string {
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return utf8.RuneError
		}
		return r
	}, text)
	if len(text) <= maxText {
		return text
	}
	end := maxText
	for !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}
