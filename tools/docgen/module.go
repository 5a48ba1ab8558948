package main

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/protocolbuffers/txtpbfmt/ast"
	"github.com/protocolbuffers/txtpbfmt/parser"
	"github.com/protocolbuffers/txtpbfmt/unquote"
)

// module is what a .bzl file offers its users.
type module struct {
	doc     string
	symbols []symbol
}

// symbol is a rule or a function.
type symbol struct {
	name   string
	kind   string
	doc    string
	params []param
}

// param is an attribute of a rule or a parameter of a function.
type param struct {
	name      string
	typ       string
	doc       string
	mandatory bool
	value     string // the default, as Starlark
}

// parseModule reads a stardoc_output.ModuleInfo. more has the additional params of each macro.
func parseModule(text []byte, more map[string][]param) (*module, error) {
	nodes, err := parser.Parse(text)
	if err != nil {
		return nil, err
	}
	root := fields(nodes)
	m := &module{doc: root.text("module_docstring")}
	for _, f := range root.messages("func_info") {
		m.symbols = append(m.symbols, function(f).with(more))
	}
	for _, r := range root.messages("rule_info") {
		m.symbols = append(m.symbols, rule(r))
	}
	slices.SortFunc(m.symbols, func(a, b symbol) int { return cmp.Compare(a.name, b.name) })
	return m, errors.Join(m.check(), m.checkAll(more))
}

func function(f fields) symbol {
	s := symbol{name: f.text("function_name"), kind: "macro", doc: f.text("doc_string")}
	for _, p := range f.messages("parameter") {
		name := strings.TrimLeft(p.text("name"), "*") // releases of Bazel differ in whether it has them
		// Bazel 7 does not output the role.
		if p.word("role") == "PARAM_ROLE_KWARGS" || name == "kwargs" {
			name = "**" + name
		}
		s.params = append(s.params, param{
			name:      name,
			doc:       p.text("doc_string"),
			mandatory: p.word("mandatory") == "true",
			value:     p.text("default_value"),
		})
	}
	return s
}

func rule(r fields) symbol {
	s := symbol{name: r.text("rule_name"), kind: "rule", doc: r.text("doc_string")}
	for _, a := range r.messages("attribute") {
		s.params = append(s.params, param{
			name:      a.text("name"),
			typ:       strings.ReplaceAll(strings.ToLower(a.word("type")), "_", " "),
			doc:       a.text("doc_string"),
			mandatory: a.word("mandatory") == "true",
			value:     a.text("default_value"),
		})
	}
	return s
}

// with returns the macro with the params that its **kwargs can contain before its **kwargs.
func (s symbol) with(more map[string][]param) symbol {
	last := len(s.params)
	if last > 0 && strings.HasPrefix(s.params[last-1].name, "**") {
		last--
	}
	s.params = slices.Insert(s.params, last, more[s.name]...)
	return s
}

// checkAll reports macros of more that the module does not have.
func (m *module) checkAll(more map[string][]param) error {
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(more)) {
		if !slices.ContainsFunc(m.symbols, func(s symbol) bool { return s.name == name }) {
			errs = append(errs, fmt.Errorf("attributes of %s, which is not in the module", name))
		}
	}
	return errors.Join(errs...)
}

// check reports everything that lacks a docstring.
func (m *module) check() error {
	var errs []error
	if m.doc == "" {
		errs = append(errs, errors.New("the module has no docstring"))
	}
	for _, s := range m.symbols {
		if s.doc == "" {
			errs = append(errs, fmt.Errorf("%s has no docstring", s.name))
		}
		for _, p := range s.params {
			if p.doc == "" {
				errs = append(errs, fmt.Errorf("%s: %s has no docstring", s.name, p.name))
			}
		}
	}
	return errors.Join(errs...)
}

// fields are the fields of one message.
type fields []*ast.Node

func (f fields) messages(name string) []fields {
	var found []fields
	for _, n := range f {
		if n.Name == name {
			found = append(found, n.Children)
		}
	}
	return found
}

// word returns the value of a field that is not a string: a number, a boolean or the name of an
// enumerator.
func (f fields) word(name string) string {
	for _, n := range f {
		if n.Name == name && len(n.Values) > 0 {
			return n.Values[0].Value
		}
	}
	return ""
}

// text returns the value of a string field.
func (f fields) text(name string) string {
	for _, n := range f {
		if n.Name == name {
			// The parser has checked the quotes.
			s, _, _ := unquote.Unquote(n)
			return s
		}
	}
	return ""
}
