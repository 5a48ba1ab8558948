package group

import (
	"fmt"
	"strings"
)

// Fields that are available in a template for every unit of a group, or for every instance.
const (
	// FieldIndex is the number of the unit, from 0.
	FieldIndex = "index"
	// FieldInstance is the name of the instance.
	FieldInstance = "instance"
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

// Expand replaces the fields by values. A missing value is an error.
func (t Template) Expand(values map[string]string) (string, error) {
	var text strings.Builder
	for i, part := range t.parts {
		if i%2 == 0 {
			text.WriteString(part)
			continue
		}
		value, ok := values[part]
		if !ok {
			return "", fmt.Errorf("there is no {%s}", part)
		}
		text.WriteString(value)
	}
	return text.String(), nil
}
