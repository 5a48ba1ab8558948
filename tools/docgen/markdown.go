package main

import (
	"fmt"
	"strings"
)

func (m *module) markdown(title string) string {
	var b strings.Builder
	b.WriteString("<!-- Generated from the docstrings by `bazel run //tools:format`; do not edit. -->\n\n")
	b.WriteString("# " + title + "\n\n")
	b.WriteString(strings.TrimSpace(m.doc) + "\n")
	for _, s := range m.symbols {
		s.markdown(&b)
	}
	return b.String()
}

func (s symbol) markdown(b *strings.Builder) {
	fmt.Fprintf(b, "\n## %s\n\n%s\n\n", s.name, strings.TrimSpace(s.doc))
	if s.kind == "rule" {
		b.WriteString("### Attributes of `" + s.name + "`\n\n")
	} else {
		b.WriteString("### Parameters of `" + s.name + "`\n\n")
	}
	for _, p := range s.params {
		p.markdown(b)
	}
}

func (p param) markdown(b *strings.Builder) {
	fmt.Fprintf(b, "- **`%s`**", p.name)
	if notes := p.notes(); len(notes) > 0 {
		fmt.Fprintf(b, " (%s)", strings.Join(notes, ", "))
	}
	b.WriteString(": " + indent(strings.TrimSpace(p.doc)) + "\n")
}

func (p param) notes() []string {
	var notes []string
	if p.typ != "" {
		notes = append(notes, p.typ)
	}
	switch {
	case p.mandatory:
		notes = append(notes, "mandatory")
	case p.value != "" && p.value != "None":
		notes = append(notes, "default `"+p.value+"`")
	}
	return notes
}

// indent keeps a text of several paragraphs inside its list item.
func indent(text string) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines[1:] {
		if line != "" {
			lines[i+1] = "  " + line
		}
	}
	return strings.Join(lines, "\n")
}
