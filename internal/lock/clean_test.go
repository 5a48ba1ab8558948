package lock

import (
	"strings"
	"testing"
	"time"
)

func TestClean(t *testing.T) {
	for text, want := range map[string]string{
		"TestX/größe_日本":                "TestX/größe_日本",
		"a b":                           "a b",
		"\x1b]0;x\a":                    "\ufffd]0;x\ufffd",
		"\xff":                          "\ufffd",
		"a\u2028b\u200bc\u202e":         "a\ufffdb\ufffdc\ufffd",
		strings.Repeat("ß", 3000):       strings.Repeat("ß", maxText/2),
		"a" + strings.Repeat("日", 2000): "a" + strings.Repeat("日", (maxText-1)/3),
	} {
		if got := Clean(text); got != want {
			t.Errorf("%.40q: got %.40q of %d bytes", text, got, len(got))
		}
	}
}

func TestUserIsFitForATerminal(t *testing.T) {
	since := time.Date(2026, 1, 2, 3, 4, 5, 0, time.Local)
	for user, want := range map[User]string{
		{}:                "",
		{Target: "//a:b"}: "//a:b",
		{Target: "//a:b", Case: "TestX", Since: since}:      "TestX of //a:b since 03:04:05",
		{Target: "//a:b", Case: "\x1b]0;x\a", Since: since}: "\ufffd]0;x\ufffd of //a:b since 03:04:05",
	} {
		if got := user.String(); got != want {
			t.Errorf("%+v: got %q, want %q", user, got, want)
		}
	}
}
