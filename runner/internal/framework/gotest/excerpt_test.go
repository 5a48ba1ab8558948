package gotest

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestMessageIsTheLineThatSaysMost(t *testing.T) {
	for output, want := range map[string]string{
		"":                         "",
		" \n\t\n":                  "",
		"hello\nworld\n":           "hello",
		"    x_test.go:12: wrong":  "x_test.go:12: wrong",
		"log\n    x_test.go:1: no": "x_test.go:1: no",
		"    x_test.go:1: adding\n    x_test.go:3: the sum is wrong\nFAIL\n": "x_test.go:3: the sum is wrong",
		"    x_test.go:3: \n        \tError Trace:\tx_test.go:3\n":           "x_test.go:3: Error Trace: x_test.go:3",
		"x_test.go:1: no\npanic: boom [recovered]\n\ngoroutine 7":            "panic: boom [recovered]",
		"fatal error: all goroutines are asleep - deadlock!\n":               "fatal error: all goroutines are asleep - deadlock!",
		"x_test.go:1: no\n==\nWARNING: DATA RACE\nRead at":                   "WARNING: DATA RACE",
		"don't panic: this is text\nx.go:3: wrong":                           "x.go:3: wrong",
		"\xff\xfe\n":                       "\uFFFD",
		strings.Repeat("é", 200):           strings.Repeat("é", 150) + "…",
		"x" + strings.Repeat("é", 200):     "x" + strings.Repeat("é", 149) + "…",
		strings.Repeat("\n", 100) + "late": "late",
	} {
		var e excerpt
		e.add([]byte(output))
		if got := e.message(); got != want {
			t.Errorf("%.40q: got %q, want %q", output, got, want)
		}
	}
}

func TestExcerptKeepsBothEnds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var e excerpt
		var all strings.Builder
		for range rapid.IntRange(0, 6).Draw(t, "pieces") {
			piece := strings.Repeat(rapid.StringN(1, 5, 5).Draw(t, "text"), rapid.IntRange(0, 3000).Draw(t, "times"))
			piece = strings.ToValidUTF8(piece, "")
			e.add([]byte(piece))
			all.WriteString(piece)
		}
		got, want := string(e.head)+string(e.tail), all.String()
		if len(want) > 2*excerptSize {
			want = want[:excerptSize] + want[len(want)-excerptSize:]
		}
		if got != want {
			t.Fatalf("got %d bytes, want %d", len(got), len(want))
		}
	})
}
