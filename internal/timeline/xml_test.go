package timeline_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/timeline"
	"pgregory.net/rapid"
)

// names are of the worst kind. XML has no control characters.
func names() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.SampledFrom([]string{
			"TestX", `a"b'c`, "</script>", "]]>", "a&amp;b", "\x00\x1b[31m", "\u202eabc", "\uFFFE\uFFFF\uFFFD", " ", "a\r\nb\t", "é", strings.Repeat("x", 10<<10),
		}),
		rapid.String(),
	)
}

func moments() *rapid.Generator[timeline.Moment] {
	return rapid.Map(rapid.IntRange(0, 1e8), func(tenths int) timeline.Moment { return timeline.Moment(float64(tenths) / 10) })
}

func files() *rapid.Generator[timeline.File] {
	return rapid.Custom(func(t *rapid.T) timeline.File {
		f := timeline.File{
			Version: timeline.Version, Label: names().Draw(t, "label"), Shards: 2, Shard: 1, Workers: 3, Start: time.Unix(1e9, 5).UTC(),
			Groups: []timeline.Group{{Label: "//:db", Scope: "build", Capacity: 1}}, Needs: []timeline.Need{{Weight: 2}, {Shared: true}},
			Users: []string{names().Draw(t, "user")}, Setups: []timeline.Setup{{Span: timeline.Span{To: 3}, Kept: true}},
			Listing: timeline.Span{From: 1, To: moments().Draw(t, "listed")}, Cases: []timeline.Case{}, Ended: moments().Draw(t, "ended"),
		}
		for range rapid.IntRange(0, 4).Draw(t, "cases") {
			f.Cases = append(f.Cases, timeline.Case{
				Name: names().Draw(t, "name"), Needs: []int{0, 1}, Takes: 1.5,
				Attempts: []timeline.Attempt{{
					Started: moments().Draw(t, "started"), Ended: 7, Worker: 2, Batch: 9, Outcome: timeline.Failed, Why: names().Draw(t, "why"),
					Held: []timeline.Hold{{Since: 3.5, Acquired: 4, Units: []int{0, 2}, After: 1}},
				}, {
					Queued: moments().Draw(t, "queued"), Asked: moments().Draw(t, "asked"), Started: 8, Ended: 9, Released: moments().Draw(t, "released"),
					Held: []timeline.Hold{{Acquired: moments().Draw(t, "acquired")}, {Group: 1, Since: moments().Draw(t, "since")}},
				}},
			})
		}
		return f
	})
}

// xmlOf is a test.xml, as another writer would write it. Of a name it keeps what XML has.
func xmlOf(f timeline.File) string {
	var text bytes.Buffer
	attribute := func(value []byte) {
		text.WriteByte('"')
		_ = xml.EscapeText(&text, value)
		text.WriteByte('"')
	}
	property := func(value []byte) {
		fmt.Fprintf(&text, `<properties><property name="other" value="{"/><property name="%s" value=`, timeline.Property)
		attribute(value)
		text.WriteString("/></properties>")
	}
	text.WriteString("<testsuites><testsuite>")
	property(f.Head())
	for _, c := range f.Cases {
		text.WriteString("<testcase name=")
		attribute([]byte(c.Name))
		text.WriteString(">")
		property(c.Property(c.Name))
		text.WriteString(`<failure/></testcase><testcase name="a part"/>`)
	}
	text.WriteString("</testsuite></testsuites>")
	return text.String()
}

func TestXMLHasTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := files().Draw(t, "file")
		got, err := timeline.FromXML(strings.NewReader(xmlOf(want)))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%v, got\n%+v\nwant\n%+v", err, got, want)
		}
	})
}

func TestFileIsReadAsWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := files().Draw(t, "file")
		var text bytes.Buffer
		if err := want.Write(&text); err != nil {
			t.Fatal(err)
		}
		got, err := timeline.Parse(text.Bytes())
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%v, got\n%+v\nwant\n%+v", err, got, want)
		}
	})
}

func TestXMLWithoutTimeline(t *testing.T) {
	_, err := timeline.FromXML(strings.NewReader("<testsuites><testsuite><testcase name='x'/></testsuite></testsuites>"))
	if !errors.Is(err, timeline.ErrNoTimeline) {
		t.Errorf("error %v", err)
	}
	for _, broken := range []string{
		"", "<testsuites>", `<testsuites><testsuite><properties><property name="interlock.timeline" value="{"/></properties></testsuite></testsuites>`,
		strings.Replace(xmlOf(timeline.File{Version: 1, Cases: []timeline.Case{{Name: "x"}}}), "<testcase name=\"x\"><properties>",
			`<testcase name="x"><properties><property name="interlock.timeline" value="["/>`, 1),
	} {
		if _, err := timeline.FromXML(strings.NewReader(broken)); err == nil || errors.Is(err, timeline.ErrNoTimeline) {
			t.Errorf("%s: error %v", broken, err)
		}
	}
}

func TestEncodingIsThatOfJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := files().Draw(t, "file")
		for i := range f.Cases {
			f.Cases[i].Takes = rapid.Float64Range(0, 1e6).Draw(t, "takes")
			f.Cases[i].Serial, f.Cases[i].Together = rapid.Bool().Draw(t, "serial"), names().Draw(t, "together")
		}
		var got, want bytes.Buffer
		encoder := json.NewEncoder(&want)
		encoder.SetEscapeHTML(false)
		if err := errors.Join(f.Write(&got), encoder.Encode(f)); err != nil || got.String() != want.String() {
			t.Errorf("%v, got\n%s\nwant\n%s", err, got.String(), want.String())
		}
		for _, c := range f.Cases {
			want.Reset()
			if err := encoder.Encode(c); err != nil {
				t.Fatal(err)
			}
			text := strings.NewReplacer("\uFFFE", `\ufffe`, "\uFFFF", `\uffff`).Replace(strings.TrimSuffix(want.String(), "\n"))
			if got := string(c.Property("of another element")); c.Name != "" && got != text {
				t.Errorf("got\n%s\nwant\n%s", got, text)
			}
		}
	})
}
