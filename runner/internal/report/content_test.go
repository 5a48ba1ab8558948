package report_test

import (
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/interlock-build/rules_interlock/internal/event"
)

// reportOf returns the only case of a report, after its round through XML.
func reportOf(t *testing.T, name, text string, o event.Outcome) testCase {
	t.Helper()
	j, path := newReport(t)
	j.Handle(started(name))
	j.Handle(output(name, text))
	j.Handle(finished(name, o))
	j.Handle(event.RunFinished{At: begin})
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !utf8.Valid(raw) {
		t.Errorf("the report is not UTF-8: %q", raw)
	}
	for _, c := range string(raw) {
		if !isLegal(c) {
			t.Errorf("XML does not allow the character %q", c)
		}
	}
	return parse(t, raw).Cases[0]
}

// isLegal is the production Char of XML 1.0, section 2.2.
func isLegal(c rune) bool {
	return c == '\t' || c == '\n' || c == '\r' || c >= 0x20 && c <= 0xD7FF || c >= 0xE000 && c <= 0xFFFD || c >= 0x10000 && c <= 0x10FFFF
}

// Whatever a test prints, and whatever its name is, the report is legal XML that has all the rest
// of it.
func TestCharactersThatXMLDoesNotAllow(t *testing.T) {
	const bad = "a\x00b\x1b[31mc\xffd\ufffee<&>\"'\tf\r\ng]]>h é\U0001F600"
	const want = "a\uFFFDb\uFFFD[31mc\uFFFDd\uFFFDe<&>\"'\tf\r\ng]]>h é\U0001F600"
	got := reportOf(t, bad, bad, event.Outcome{Status: event.Failed, Message: bad, Type: bad})
	for what, text := range map[string]string{
		"output": got.Output, "name": got.Name, "message": got.Failure.Message, "type": got.Failure.Type,
	} {
		if text != want {
			t.Errorf("%s: got %q, want %q", what, text, want)
		}
	}
}

func TestLongOutputKeepsItsEnd(t *testing.T) {
	const kept = 256 << 10
	for _, extra := range []int{0, 1, kept, 5*kept + 17} {
		text := strings.Repeat("x", extra) + strings.Repeat("y", kept)
		got := reportOf(t, "x", text, event.Outcome{}).Output
		note, tail, found := strings.Cut(got, "\n")
		if !found {
			note, tail = "", got
		}
		if tail != strings.Repeat("y", kept) {
			t.Errorf("%d bytes too many: the last %d are not there, but %d", extra, kept, len(tail))
		}
		if (extra > 0) != strings.Contains(note, "bytes left out") {
			t.Errorf("%d bytes too many: the note is %q", extra, note)
		}
	}
}

// The cut may go through a character.
func TestLongOutputIsCutToWholeCharacters(t *testing.T) {
	got := reportOf(t, "x", strings.Repeat("é", 256<<10)+"z", event.Outcome{}).Output
	if _, tail, _ := strings.Cut(got, "\n"); !strings.HasPrefix(tail, "\uFFFDé") || !strings.HasSuffix(tail, "éz") {
		t.Errorf("got %q … %q", got[:60], got[len(got)-10:])
	}
}
