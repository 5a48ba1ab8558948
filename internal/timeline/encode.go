package timeline

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
)

// What follows writes the same as package json, several times faster: reflection would take more
// time than all else that a record costs. TestEncodingIsThatOfJSON compares them.

// appendJSON appends a case, with its name unless that is empty.
func (c Case) appendJSON(to []byte) []byte {
	to = append(to, '{')
	if c.Name != "" {
		to = appendText(append(to, `"name":`...), c.Name)
	}
	o := object{to}
	o.text("together", c.Together)
	o.flag("serial", c.Serial)
	o.number("takes", c.Takes)
	list(&o, "needs", c.Needs, appendNumber)
	list(&o, "attempts", c.Attempts, Attempt.appendJSON)
	return append(o.to, '}')
}

func (a Attempt) appendJSON(to []byte) []byte {
	o := object{append(to, '{')}
	o.number("queued", float64(a.Queued))
	o.number("asked", float64(a.Asked))
	o.number("started", float64(a.Started))
	o.number("ended", float64(a.Ended))
	o.number("released", float64(a.Released))
	o.text("outcome", string(a.Outcome))
	o.text("why", a.Why)
	o.number("worker", float64(a.Worker))
	o.number("batch", float64(a.Batch))
	list(&o, "held", a.Held, Hold.appendJSON)
	return append(o.to, '}')
}

func (h Hold) appendJSON(to []byte) []byte {
	o := object{strconv.AppendInt(append(to, `{"group":`...), int64(h.Group), 10)}
	o.number("since", float64(h.Since))
	o.number("acquired", float64(h.Acquired))
	list(&o, "units", h.Units, appendNumber)
	o.number("after", float64(h.After))
	return append(o.to, '}')
}

// object is a JSON object that is being written. Fields without content are left out.
type object struct{ to []byte }

func (o *object) key(name string) {
	if o.to[len(o.to)-1] != '{' {
		o.to = append(o.to, ',')
	}
	o.to = append(append(append(o.to, '"'), name...), `":`...)
}

func (o *object) text(name, value string) {
	if value != "" {
		o.key(name)
		o.to = appendText(o.to, value)
	}
}

func (o *object) flag(name string, value bool) {
	if value {
		o.key(name)
		o.to = append(o.to, "true"...)
	}
}

func (o *object) number(name string, value float64) {
	if value == 0 {
		return
	}
	o.key(name)
	if value == math.Trunc(value) && math.Abs(value) < 1<<53 {
		o.to = strconv.AppendInt(o.to, int64(value), 10)
		return
	}
	text, _ := json.Marshal(value)
	o.to = append(o.to, text...)
}

// list writes a list, with a function that appends an element.
func list[T any](o *object, name string, values []T, element func(T, []byte) []byte) {
	if len(values) == 0 {
		return
	}
	o.key(name)
	for i, value := range values {
		separator := byte(',')
		if i == 0 {
			separator = '['
		}
		o.to = element(value, append(o.to, separator))
	}
	o.to = append(o.to, ']')
}

func appendNumber(n int, to []byte) []byte { return strconv.AppendInt(to, int64(n), 10) }

func appendText(to []byte, text string) []byte {
	if isPlain(text) && !strings.ContainsAny(text, `"\`) {
		return append(append(append(to, '"'), text...), '"')
	}
	return append(to, marshal(text)...)
}

// marshal is json.Marshal for what cannot fail, without escapes for HTML.
func marshal(value any) []byte {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false) // names may have <, > and &
	_ = encoder.Encode(value)
	return []byte(strings.TrimSuffix(text.String(), "\n"))
}
