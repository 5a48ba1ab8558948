package main

import (
	"go/ast"
	"go/parser"
	"go/token"
)

// mainPackage is a main package that rules_go has generated.
type mainPackage struct {
	file      string
	source    []byte
	positions *token.FileSet
	parsed    *ast.File
}

func parseMain(file string, source []byte) (mainPackage, error) {
	m := mainPackage{file: file, source: source, positions: token.NewFileSet()}
	var err error
	m.parsed, err = parser.ParseFile(m.positions, file, source, parser.SkipObjectResolution)
	return m, err
}
