package provision

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/interlock-build/rules_interlock/internal/group"
)

// answer is what a setup has printed, in Buck2's format of a local resource, but for exactly one
// instance.
type answer struct {
	// pid is a process to stop at the end; 0 if there is none.
	pid int
	// values are the fields of the group's templates.
	values map[string]string
}

// example is quoted in errors.
const example = `{"pid": 42, "resources": [{"port": "5432"}]}`

// parseAnswer reads an answer strictly. A program that prints something else may well have done
// something else.
func parseAnswer(text []byte) (answer, error) {
	var read struct {
		PID       *int                 `json:"pid"`
		Resources []map[string]*string `json:"resources"`
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return answer{}, notAnAnswer(errors.New("there is nothing on stdout"))
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&read); err != nil {
		return answer{}, notAnAnswer(err)
	}
	if _, err := decoder.Token(); err != io.EOF {
		return answer{}, notAnAnswer(errors.New("there is more on stdout than one JSON object"))
	}
	if len(read.Resources) != 1 || read.Resources[0] == nil {
		return answer{}, notAnAnswer(fmt.Errorf("resources has %d objects: want exactly one, "+
			"since the program is started for each instance", len(read.Resources)))
	}
	a := answer{values: map[string]string{}}
	if read.PID != nil {
		if a.pid = *read.PID; a.pid < 1 {
			return answer{}, notAnAnswer(fmt.Errorf("pid is %d: a process has a number of at least 1", a.pid))
		}
	}
	for name, value := range read.Resources[0] {
		if err := checkValue(name, value); err != nil {
			return answer{}, notAnAnswer(err)
		}
		a.values[name] = *value
	}
	return a, nil
}

func checkValue(name string, value *string) error {
	switch {
	case value == nil:
		return fmt.Errorf("field %q is null: want a string", name)
	case !group.IsField(name):
		return fmt.Errorf("field %q: templates know only fields of letters, digits and '_'", name)
	case name == group.FieldIndex || name == group.FieldInstance:
		return fmt.Errorf("field %q is what the group itself says of its units: choose another name", name)
	case strings.ContainsRune(*value, 0):
		return fmt.Errorf("field %q has a NUL character, which no variable can hold", name)
	}
	return nil
}

func notAnAnswer(err error) error {
	return fmt.Errorf("did not print such as %s: %w", example, err)
}

// isWhole reports whether text begins with a whole JSON value, or cannot become one.
func isWhole(text []byte) bool {
	var value json.RawMessage
	err := json.NewDecoder(bytes.NewReader(text)).Decode(&value)
	return err == nil || !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF)
}
