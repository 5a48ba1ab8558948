package group

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Fields that are available in a template for every unit of a group, or for every instance.
const (
	// FieldIndex is the number of the unit, from 0.
	FieldIndex = "index"
	// FieldInstance is the name of the instance.
	FieldInstance = "instance"
	// FieldPort is a TCP port that is free for what the unit's setup starts.
	FieldPort = "port"
)

// Template is text with fields, such as "54{index}". A field is a name in
// braces, of letters, digits and '_'; "{{" and "}}" stand for one brace.
type Template struct {
	// parts are text and names of fields in turn, text first.
	parts []string
}

// ParseTemplate reads a template.
func ParseTemplate(text string) (Template, error) {
	var t Template
	var literal strings.Builder
	for rest := text; rest != ""; {
		at := strings.IndexAny(rest, "{}")
		if at < 0 {
			literal.WriteString(rest)
			break
		}
		literal.WriteString(rest[:at])
		brace := rest[at]
		rest = rest[at+1:]
		if rest != "" && rest[0] == brace {
			literal.WriteByte(brace)
			rest = rest[1:]
			continue
		}
		name, after, closed := strings.Cut(rest, "}")
		if brace == '}' || !closed {
			return Template{}, fmt.Errorf("template %q: a single '%c' that does not belong to a field: write '%c%c'",
				text, brace, brace, brace)
		}
		if !IsField(name) {
			return Template{}, fmt.Errorf("template %q: {%s} is no field: a field is a name of letters, digits and '_', such as {%s}",
				text, name, FieldIndex)
		}
		t.parts = append(t.parts, literal.String(), name)
		literal.Reset()
		rest = after
	}
	t.parts = append(t.parts, literal.String())
	return t, nil
}

// IsField reports whether name can be the name of a field.
func IsField(name string) bool {
	return name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == ""
}

// Fields returns the names of the fields, in order, with repetitions.
func (t Template) Fields() []string {
	var fields []string
	for i := 1; i < len(t.parts); i += 2 {
		fields = append(fields, t.parts[i])
	}
	return fields
}

// noField says which fields there are instead of one.
func noField(name string, known []string) error {
	text := fmt.Sprintf("there is no {%s}: the fields are {%s}", name, strings.Join(known, "}, {"))
	for _, k := range known {
		if strings.EqualFold(k, name) {
			text += fmt.Sprintf("\nhint: did you mean {%s}?", k)
		}
	}
	return errors.New(text)
}

// Expand puts values in place of the fields. It is an error if one is missing.
func (t Template) Expand(values map[string]string) (string, error) {
	var text strings.Builder
	for i, part := range t.parts {
		if i%2 == 0 {
			text.WriteString(part)
			continue
		}
		value, ok := values[part]
		if !ok {
			return "", noField(part, slices.Sorted(maps.Keys(values)))
		}
		text.WriteString(value)
	}
	return text.String(), nil
}
