package main

import (
	"fmt"
	"regexp"
	"strings"
)

func (m *module) markdown(title string) string {
	var b strings.Builder
	b.WriteString("<!-- Generated from the docstrings and rules/private/test/attributes.bzl by `bazel run //tools:format`; do not edit. -->\n\n")
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
	head := fmt.Sprintf("- **`%s`**", p.name)
	if notes := p.notes(); len(notes) > 0 {
		head += fmt.Sprintf(" (%s)", strings.Join(notes, ", "))
	}
	paragraphs := strings.Split(head+": "+strings.TrimSpace(p.doc), "\n\n")
	for i, text := range paragraphs {
		if i == 0 || !isList(text) {
			paragraphs[i] = fill(text)
		}
	}
	b.WriteString(indent(strings.Join(paragraphs, "\n\n")) + "\n")
}

func isList(text string) bool { return strings.HasPrefix(text, "- ") }

// width is the width of a line within a list item.
const width = 118

// word matches text that stays on one line: code may have spaces.
var word = regexp.MustCompile("(?:`[^`]*`|\\S)+")

// fill divides a paragraph into lines anew.
func fill(text string) string {
	var lines []string
	line := ""
	for _, w := range word.FindAllString(text, -1) {
		if line != "" && len(line)+1+len(w) > width {
			lines, line = append(lines, line), ""
		}
		line = strings.TrimPrefix(line+" "+w, " ")
	}
	return strings.Join(append(lines, line), "\n")
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
