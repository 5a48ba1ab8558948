// Docgen renders the documentation of a .bzl file as Markdown.
//
// Usage:
//
//	docgen TITLE MODULE.textproto ATTRIBUTES.json MODULE.md
//
// MODULE.textproto is the text output of Bazel's own starlark_doc_extract rule. ATTRIBUTES.json
// has what macros take by **kwargs: by macro, a list of objects with name, default and doc.
// Docgen fails on a parameter or attribute without a docstring, so that the reference has no
// gaps.
//
// Exit codes: 0 for success, 1 for any failure, 2 for a wrong command line.
package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"unicode"
)

func main() {
	os.Exit(run(os.Args[1:], os.Stderr))
}

func run(args []string, stderr io.Writer) int {
	if len(args) != 4 {
		fmt.Fprintln(stderr, "usage: docgen TITLE MODULE.textproto ATTRIBUTES.json MODULE.md")
		return 2
	}
	if err := generate(args[0], args[1], args[2], args[3]); err != nil {
		fmt.Fprintln(stderr, "docgen:", err)
		return 1
	}
	return 0
}

func generate(title, in, attributes, out string) error {
	text, err := os.ReadFile(in)
	if err != nil {
		return err
	}
	more, err := readAttributes(attributes)
	if err != nil {
		return err
	}
	m, err := parseModule(text, more)
	if err != nil {
		return fmt.Errorf("%s: %w", in, err)
	}
	text = []byte(m.markdown(title))
	if i := bytes.IndexFunc(text, func(r rune) bool { return r > unicode.MaxASCII }); i >= 0 {
		return fmt.Errorf("%s: a docstring has the character %q: write ASCII, since Bazel 7 takes UTF-8 for Latin-1", in, []rune(string(text[i:]))[0])
	}
	return os.WriteFile(out, text, 0o644)
}
