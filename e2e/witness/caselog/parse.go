package caselog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Parse reads a whole log whose order is that of its lines: the time of a record is the number of
// its line, whatever the line says.
func Parse(log io.Reader) ([]Record, error) {
	text, err := io.ReadAll(log)
	if err != nil {
		return nil, err
	}
	var records []Record
	for line := range bytes.Lines(text) {
		record, err := parse(line)
		if err != nil {
			return nil, err
		}
		record.At = Instant(len(records) + 1)
		records = append(records, record)
	}
	return records, nil
}

func parse(line []byte) (Record, error) {
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.DisallowUnknownFields()
	var r Record
	err := decoder.Decode(&r)
	if err == nil && (r.Event == "" || r.Run == "") {
		err = errors.New("it has no event or no run")
	}
	if _, more := decoder.Token(); err == nil && !errors.Is(more, io.EOF) {
		err = errors.New("it has more than one record")
	}
	if err != nil {
		return r, fmt.Errorf("the log's line %q: %w", line, err)
	}
	return r, nil
}
