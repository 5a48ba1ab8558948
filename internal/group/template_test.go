package group_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/interlock-build/rules_interlock/internal/group"
)

// The same cases are in rules/tests/templates_test.bzl, because the rule reads the same grammar.
var templates = []struct {
	text, expanded string
	fields         []string
}{
	{"", "", nil},
	{"plain", "plain", nil},
	{"54{index}", "540", []string{"index"}},
	{"{index}{instance}/{index}", "0pg0/0", []string{"index", "instance", "index"}},
	{"{{index}}", "{index}", nil},
	{"{{{index}}}", "{0}", []string{"index"}},
	{"{{}}", "{}", nil},
	{"{Socket_2}", "{x}", []string{"Socket_2"}},
}

var malformedTemplates = map[string]string{
	"54{index": "a single '{' that does not belong to a field: write '{{'",
	"a}b":      "a single '}' that does not belong to a field: write '}}'",
	"{{index}": "a single '}' that does not belong to a field: write '}}'",
	"{index}}": "a single '}' that does not belong to a field: write '}}'",
	"{}":       "{} is no field: a field is a name of letters, digits and '_', such as {index}",
	"{a b}":    "{a b} is no field: a field is a name of letters, digits and '_', such as {index}",
	"{a{b}":    "{a{b} is no field: a field is a name of letters, digits and '_', such as {index}",
}

func TestTemplate(t *testing.T) {
	// A value is not read as a template again.
	values := map[string]string{"index": "0", "instance": "pg0", "Socket_2": "{x}"}
	for _, c := range templates {
		template, err := group.ParseTemplate(c.text)
		if err != nil || !slices.Equal(template.Fields(), c.fields) {
			t.Errorf("%q: fields %q, %v, want %q", c.text, template.Fields(), err, c.fields)
		}
		if got, err := template.Expand(values); got != c.expanded || err != nil {
			t.Errorf("%q: %q, %v, want %q", c.text, got, err, c.expanded)
		}
	}
}

func TestMalformedTemplateIsRefused(t *testing.T) {
	for text, problem := range malformedTemplates {
		want := `template "` + text + `": ` + problem
		if _, err := group.ParseTemplate(text); err == nil || err.Error() != want {
			t.Errorf("%q: error %v, want %s", text, err, want)
		}
	}
}

func TestFieldWithoutValue(t *testing.T) {
	template, err := group.ParseTemplate("{index}:{port}")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		values map[string]string
		want   string
	}{
		{map[string]string{"index": "0"}, "there is no {port}: the fields are {index}"},
		{map[string]string{"index": "0", "Port": "1"}, "there is no {port}: the fields are {Port}, {index}\nhint: did you mean {Port}?"},
	} {
		if got, err := template.Expand(c.values); err == nil || err.Error() != c.want {
			t.Errorf("%q, error %v, want %s", got, err, c.want)
		}
	}
}

// With each field replaced by itself, a template is its text with single braces instead of the
// double ones.
func FuzzParseTemplate(f *testing.F) {
	for _, c := range templates {
		f.Add(c.text)
	}
	for text := range malformedTemplates {
		f.Add(text)
	}
	single := strings.NewReplacer("{{", "{", "}}", "}")
	f.Fuzz(func(t *testing.T, text string) {
		template, err := group.ParseTemplate(text)
		if err != nil {
			return
		}
		themselves := map[string]string{}
		for _, field := range template.Fields() {
			themselves[field] = "{" + field + "}"
		}
		got, err := template.Expand(themselves)
		if want := single.Replace(text); got != want || err != nil {
			t.Errorf("%q: %q, %v, want %q", text, got, err, want)
		}
	})
}
