package suite

import (
	"embed"
	"math/rand/v2"
	"slices"
	"strings"
	"text/template"
	"time"
)

//go:embed templates/*.tmpl
var templates embed.FS

// generator makes the files, one after the other.
type generator struct {
	random *rand.Rand
	// plain and llm are the durations of the tests still to come.
	plain, llm []time.Duration
	// lines and cases are how many there are so far.
	lines, cases int
	templates    *template.Template
	// page is the file of the current block.
	page *page
}

func newGenerator(seed uint64) *generator {
	random := rand.New(rand.NewPCG(seed, 1))
	g := &generator{random: random, plain: plainDurations(random), llm: llmDurations(random)}
	g.templates = template.Must(template.New("").Funcs(g.functions()).ParseFS(templates, "templates/*.tmpl"))
	return g
}

// file makes the file of a plan.
func (g *generator) file(p plan) (File, error) {
	g.page = &page{path: p.path}
	head, err := g.head(p)
	if err != nil {
		return File{}, err
	}
	blocks := []string{head}
	llmAfter := g.random.IntN(p.plain)
	for g.page.plain < p.plain || p.llm {
		left := p.plain - g.page.plain
		name := g.kind(p.area, left)
		if p.llm && g.page.plain >= llmAfter {
			name, p.llm = g.one(g.kinds("llm/", "class", "functions")), false
		}
		block, err := g.block(name, left)
		if err != nil {
			return File{}, err
		}
		blocks = append(blocks, block)
	}
	return File{Path: p.path, Text: strings.Join(blocks, between) + "\n", Cases: g.page.cases}, nil
}

// between is the text between two blocks.
const between = "\n\n\n"

// head returns the beginning of a file, with all imports.
func (g *generator) head(p plan) (string, error) {
	head, err := g.render(p.area+"/header", nil)
	if err != nil || !p.llm {
		return head, err
	}
	imports, err := g.render("llm/imports", nil)
	return withImports(head, imports), err
}

// block makes a block of tests; a table has at most that many rows.
func (g *generator) block(name string, most int) (string, error) {
	before := len(g.page.cases)
	text, err := g.render(name, min(most, g.int(4, 9)))
	g.cases += len(g.page.cases) - before
	return text, err
}

// kind chooses what the next tests of an area are like: a class or a table. It chooses a table if
// a class would need more tests than are left.
func (g *generator) kind(area string, left int) string {
	const mostInClass, tables = 6, 0.15
	if left < mostInClass || g.random.Float64() < tables {
		return g.one(g.kinds(area+"/", "table"))
	}
	return g.one(g.kinds(area+"/", "class"))
}

// kinds returns the names of the templates of an area that begin in one of several ways.
func (g *generator) kinds(area string, beginnings ...string) []string {
	var names []string
	for _, t := range g.templates.Templates() {
		for _, beginning := range beginnings {
			if strings.HasPrefix(t.Name(), area+beginning) {
				names = append(names, t.Name())
			}
		}
	}
	slices.Sort(names)
	return names
}

func (g *generator) one(names []string) string { return names[g.random.IntN(len(names))] }

func (g *generator) render(name string, data any) (string, error) {
	g.page.begin()
	var text strings.Builder
	if err := g.templates.ExecuteTemplate(&text, name, data); err != nil {
		return "", err
	}
	trimmed := strings.TrimSpace(text.String())
	g.lines += strings.Count(trimmed+between, "\n")
	return trimmed, nil
}

// withImports adds imports to the imports at the end of a file's head.
func withImports(head, imports string) string {
	const last = "import pytest\n\n"
	before, own, _ := strings.Cut(head, last)
	lines := append(strings.Split(own, "\n"), strings.Split(imports, "\n")...)
	slices.Sort(lines)
	return before + last + strings.Join(slices.Compact(lines), "\n")
}
