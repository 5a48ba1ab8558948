package report

import (
	"fmt"
	"strings"
)

// How many bytes of output test.xml has; the log has all of it.
const (
	// maxOutput is for one case.
	maxOutput = 256 << 10
	// maxOutputs is for all cases before each has only maxOutputLater.
	maxOutputs     = 8 << 20
	maxOutputLater = 1 << 10
)

// tail keeps the last maxOutput bytes.
type tail struct {
	kept    []byte
	dropped int
}

func (t *tail) add(text []byte) {
	t.kept = append(t.kept, text...)
	if len(t.kept) > 2*maxOutput {
		t.limit(maxOutput)
	}
}

// limit drops all but the last bytes.
func (t *tail) limit(most int) {
	if extra := len(t.kept) - most; extra > 0 {
		t.dropped += extra
		t.kept = append(t.kept[:0], t.kept[extra:]...)
	}
}

// String returns what is kept as valid UTF-8, and says what is not.
func (t *tail) String() string {
	t.limit(maxOutput)
	text := strings.ToValidUTF8(string(t.kept), "\uFFFD")
	if t.dropped > 0 {
		text = fmt.Sprintf("[%d bytes left out here; test.log has them]\n%s", t.dropped, text)
	}
	return text
}
