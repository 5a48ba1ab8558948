package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strconv"
)

// tables are the types of package testing in which a generated main lists its cases, in the order
// in which testing runs them.
var tables = []string{"InternalTest", "InternalFuzzTarget", "InternalExample"}

// cases returns the names of the cases, in the order in which they run. A name occurs as often as
// in the source: two packages may have tests with the same name. If the source has no table of
// tests, that is an error, because rules_go does not generate such a source.
func (m mainPackage) cases() ([]string, error) {
	var err error
	found := map[string][]string{}
	ast.Inspect(m.parsed, func(n ast.Node) bool {
		literal, ok := n.(*ast.CompositeLit)
		if !ok {
			return true
		}
		table := tableOf(literal.Type)
		if table == "" {
			return true
		}
		names, errOfTable := namesIn(literal)
		found[table] = append(found[table], names...)
		if err == nil && errOfTable != nil {
			err = fmt.Errorf("%s: the table of %s: %w", m.file, table, errOfTable)
		}
		return false
	})
	if err != nil {
		return nil, err
	}
	if _, ok := found[tables[0]]; !ok {
		return nil, fmt.Errorf("%s: no []testing.%s: this version of rules_go generates another main package than "+
			"rules_interlock knows", m.file, tables[0])
	}
	var names []string
	for _, table := range tables {
		names = append(names, found[table]...)
	}
	return names, nil
}

// tableOf returns which of tables a type is a slice of, or "".
func tableOf(of ast.Expr) string {
	slice, ok := of.(*ast.ArrayType)
	if !ok {
		return ""
	}
	element, ok := slice.Elt.(*ast.SelectorExpr)
	if !ok || !slices.Contains(tables, element.Sel.Name) {
		return ""
	}
	return element.Sel.Name
}

// namesIn returns the name of each row of a table: its first field, or the field called Name.
func namesIn(table *ast.CompositeLit) ([]string, error) {
	var names []string
	for i, row := range table.Elts {
		fields, ok := row.(*ast.CompositeLit)
		if !ok || len(fields.Elts) == 0 {
			return names, fmt.Errorf("row %d is not a literal", i)
		}
		name, ok := nameIn(fields.Elts)
		if !ok {
			return names, fmt.Errorf("row %d has no name", i)
		}
		names = append(names, name)
	}
	return names, nil
}

func nameIn(fields []ast.Expr) (name string, ok bool) {
	field := fields[0]
	for _, f := range fields {
		if pair, keyed := f.(*ast.KeyValueExpr); keyed {
			if key, isName := pair.Key.(*ast.Ident); isName && key.Name == "Name" {
				field = pair.Value
			}
		}
	}
	literal, ok := field.(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		return "", false
	}
	name, err := strconv.Unquote(literal.Value)
	return name, err == nil
}
