package gotest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// follow returns what a stream makes of pieces: output as it is, and frames in angle brackets.
// Frames of tests called Forged are output.
func follow(pieces ...string) string {
	var seen strings.Builder
	s := &stream{
		onOutput: func(text []byte) { seen.Write(text) },
		onFrame: func(f frame) bool {
			if f.test == "Forged" {
				return false
			}
			fmt.Fprintf(&seen, "<%s %s %v>", f.kind, f.test, f.elapsed)
			return true
		},
	}
	for _, piece := range pieces {
		_, _ = s.Write([]byte(piece))
	}
	s.Close()
	return seen.String()
}

func TestFrames(t *testing.T) {
	for text, want := range map[string]string{
		"":                                     "",
		"text\n":                               "text\n",
		"\x16=== RUN   TestX\n":                "<=== RUN TestX 0s>",
		"mid\x16=== RUN   TestX\nmore":         "mid<=== RUN TestX 0s>more",
		"\x16--- PASS: TestX/a_b (1.50s)\n":    "<--- PASS: TestX/a_b 1.5s>",
		"\x16--- FAIL: TestX/x_(1s) (0.00s)\n": "<--- FAIL: TestX/x_(1s) 0s>",
		"\x16--- SKIP: TestX/a:_b (0.00s)\n":   "<--- SKIP: TestX/a:_b 0s>",
		"\x16=== NAME  \n":                     "<=== NAME  0s>",
		"\x16=== ATTR  TestX key some value\n": "<=== ATTR TestX 0s>",
		"\x16PASS\r\n":                         "<end  0s>",
		"\x16FAIL\n":                           "<end  0s>",
		"=== RUN   TestX\n--- FAIL: TestX (0.00s)\nFAIL\n":  "=== RUN   TestX\n--- FAIL: TestX (0.00s)\nFAIL\n",
		"\x16=== RUN   Forged\nx":                           "=== RUN   Forged\nx",
		"\x16anything else\n":                               "\x16anything else\n",
		"\x16=== \n\x16--- \n":                              "\x16=== \n\x16--- \n",
		"\x16--- PASS: TestX\n\x16--- PASS: TestX (soon)\n": "\x16--- PASS: TestX\n\x16--- PASS: TestX (soon)\n",
		"\x16\x16PASS\n":                                    "\x16<end  0s>",
		"\x16=== RUN   Te\x16PASS\n":                        "\x16=== RUN   Te<end  0s>",
		"\x16=== RUN   TestX":                               "\x16=== RUN   TestX", // cut off
	} {
		if got := follow(text); got != want {
			t.Errorf("%q: got %q, want %q", text, got, want)
		}
	}
}

// A pipe may deliver what is written in different pieces.
func TestFramesAreTheSameInWhateverPiecesTheyCome(t *testing.T) {
	parts := []string{
		"\x16", "\n", "\r", "=== RUN   TestX", "=== RUN   Forged", "--- FAIL: TestX/s (0.25s)", "PASS", "FAIL", "text", "é", " ",
		"\x16=== CONT  TestY\n", "\x16--- PASS: TestX (0.00s)\n", strings.Repeat("x", maxFrame), strings.Repeat("y", maxFrame/2+1),
	}
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(rapid.SampledFrom(parts), 0, 12).Draw(t, "parts"), "")
		var pieces []string
		for left := text; left != ""; {
			n := rapid.IntRange(1, len(left)).Draw(t, "size")
			pieces, left = append(pieces, left[:n]), left[n:]
		}
		if got, want := follow(pieces...), follow(text); got != want {
			t.Fatalf("in %d pieces: got %.200q, want %.200q", len(pieces), got, want)
		}
	})
}

func TestLineOf10MB(t *testing.T) {
	for _, begin := range []string{"", "\x16", "\x16=== RUN   "} {
		line := begin + strings.Repeat("x", 10<<20) + "\n"
		var pieces []string
		for left := line + "\x16PASS\n"; left != ""; {
			n := min(len(left), 32<<10)
			pieces, left = append(pieces, left[:n]), left[n:]
		}
		before := time.Now()
		if got := follow(pieces...); got != line+"<end  0s>" {
			t.Errorf("%q…: got %d bytes that end with %q", begin, len(got), got[len(got)-20:])
		}
		if took := time.Since(before); took > 10*time.Second {
			t.Errorf("%q…: it took %v", begin, took)
		}
	}
}
