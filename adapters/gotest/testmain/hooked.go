package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/token"
	"slices"
)

// declarations are added to the main package. SetPanicOnExit0 is called when a run of the tests
// begins and ends (-test.paniconexit0), and still does what it did before.
const declarations = `
type interlockDeps struct{ testdeps.TestDeps }

func (d interlockDeps) SetPanicOnExit0(on bool) {
	d.TestDeps.SetPanicOnExit0(on)
	interlockhook.Running(on)
}
`

const hookImport = `import interlockhook "github.com/interlock-build/rules_interlock/adapters/gotest/hook"; `

// withHook returns the main package in which testing.MainStart gets its tests
// through the hook.
func (m mainPackage) withHook() ([]byte, error) {
	call := m.mainStart()
	if call == nil || len(call.Args) != 5 || len(m.parsed.Imports) == 0 {
		return nil, fmt.Errorf("%s: no testing.MainStart of five arguments: this version of rules_go generates another "+
			"main package than rules_interlock knows", m.file)
	}
	offset := func(p token.Pos) int { return m.positions.Position(p).Offset }
	var added insertions
	around := func(n ast.Node, before, after string) {
		added.add(offset(n.Pos()), before)
		added.add(offset(n.End()), after)
	}
	around(call.Args[0], "interlockDeps{", "}")
	around(call.Args[1], "interlockhook.Tests(", ")")
	around(call.Args[3], "interlockhook.Fuzz(", ")")
	around(call.Args[4], "interlockhook.Examples(", ")")
	added.add(offset(call.End()), "; interlockhook.Ready()")
	added.add(offset(m.parsed.Decls[0].Pos()), hookImport)
	return append(added.into(m.source), declarations...), nil
}

// mainStart returns the call of testing.MainStart, or nil.
func (m mainPackage) mainStart() (found *ast.CallExpr) {
	ast.Inspect(m.parsed, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok {
			if f, ok := call.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "MainStart" {
				found = call
			}
		}
		return true
	})
	return found
}

// insertions are texts to insert into a source.
type insertions []insertion

type insertion struct {
	at   int
	text string
}

func (i *insertions) add(at int, text string) { *i = append(*i, insertion{at, text}) }

func (i insertions) into(source []byte) []byte {
	slices.SortStableFunc(i, func(a, b insertion) int { return a.at - b.at })
	var whole bytes.Buffer
	from := 0
	for _, one := range i {
		whole.Write(source[from:one.at])
		whole.WriteString(one.text)
		from = one.at
	}
	whole.Write(source[from:])
	return whole.Bytes()
}
