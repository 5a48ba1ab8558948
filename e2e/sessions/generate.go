package main

import (
	"fmt"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
)

// generator makes a suite from a seed: harmless tests and fixtures first, then
// one or two hazards among them.
type generator struct {
	*rand.Rand
	modules  []*module
	fixtures []fixture // of conftest.py
	hooks    []string  // of conftest.py
	settings []string  // of pytest.ini
	files    map[string]string
	args     []string
	traits   traits
	hangs    bool
	// what describes what is wrong with it.
	what []string
	// says are texts that must be in the log.
	says  []string
	count int // of names so far
}

// generated is a suite and its hazards.
type generated struct {
	suite
	what, says []string
}

func generate(seed uint64) generated {
	g := &generator{Rand: rand.New(rand.NewPCG(seed, 0)), files: map[string]string{}}
	for i := range 1 + g.IntN(3) {
		g.addModule(i)
	}
	for range g.IntN(3) {
		g.addHarmlessFixture()
	}
	// Most have one hazard, so that a difference has one cause.
	for range g.pick(0, 1, 1, 1, 1, 1, 1, 2, 2, 2) {
		h := hazards[g.weighted()]
		h.add(g)
	}
	return generated{g.suite(seed), g.what, g.says}
}

func (g *generator) suite(seed uint64) suite {
	for _, m := range g.modules {
		g.files[m.path] = m.text()
	}
	if len(g.fixtures)+len(g.hooks) > 0 {
		conftest := module{fixtures: g.fixtures}
		g.files["conftest.py"] = strings.Join(append([]string{conftest.text()}, g.hooks...), "\n\n")
	}
	g.settings = append(g.settings, "markers =", "    slow: takes long", "    xdist_group(name): is of a group")
	g.files["pytest.ini"] = "[pytest]\n" + strings.Join(g.settings, "\n") + "\n"
	return suite{
		name: fmt.Sprintf("seed-%d", seed), files: g.files, args: g.args, traits: g.traits, hangs: g.hangs, timeoutSeconds: 45,
	}
}

// willStop notes that something ends the session.
func (g *generator) willStop() {
	if g.traits.has(stops) {
		g.traits |= stopsTwice
	}
	g.traits |= stops
}

// describe notes a description of a hazard.
func (g *generator) describe(format string, args ...any) {
	g.what = append(g.what, fmt.Sprintf(format, args...))
}

func (g *generator) pick(numbers ...int) int     { return numbers[g.IntN(len(numbers))] }
func (g *generator) word(words ...string) string { return words[g.IntN(len(words))] }
func (g *generator) oneIn(n int) bool            { return g.IntN(n) == 0 }
func (g *generator) newName(prefix string) string {
	g.count++
	return fmt.Sprintf("%s_%d", prefix, g.count)
}
func (g *generator) mustSay(text string) string { g.says = append(g.says, text); return text }
func (g *generator) addHook(format string, args ...any) {
	g.hooks = append(g.hooks, fmt.Sprintf(format, args...))
}

// addModule adds a file of harmless tests. The first one is not in a package.
func (g *generator) addModule(number int) {
	folder := ""
	if number > 0 && g.oneIn(3) {
		folder = "package"
		g.files["package/__init__.py"] = ""
	}
	m := &module{path: path.Join(folder, fmt.Sprintf("test_m%d.py", number))}
	class := ""
	for range 2 + g.IntN(7) {
		switch g.IntN(4) {
		case 0:
			class = "Test" + strings.ToUpper(g.word("a", "b"))
			if slices.ContainsFunc(m.tests, func(t *test) bool { return t.class == class }) && last(m.tests).class != class {
				class = "" // it has ended
			}
		case 1:
			class = ""
		}
		m.tests = append(m.tests, g.harmlessTest(class))
	}
	g.modules = append(g.modules, m)
}

func last[T any](all []T) T { return all[len(all)-1] }

func (g *generator) harmlessTest(class string) *test {
	t := &test{name: g.newName("test"), class: class}
	if g.oneIn(4) {
		t.marks = append(t.marks, fmt.Sprintf("xdist_group(%q)", g.word("red", "green", "blue")))
	}
	if g.oneIn(6) {
		t.parameters = 1 + g.IntN(3)
	}
	switch g.IntN(12) {
	case 0:
		t.body = []string{`pytest.skip("not here")`}
	case 1:
		t.marks = append(t.marks, "xfail")
		t.body = []string{"assert False"}
	case 2:
		t.marks = append(t.marks, "xfail(strict=False)")
	case 3:
		t.fixtures = append(t.fixtures, "record_property")
		t.body = []string{`record_property("key", "value")`}
	case 4:
		t.body = []string{`print("a test prints")`}
	case 5:
		t.marks = append(t.marks, `skip(reason="never")`)
	}
	return t
}

// plainTest adds a test that does nothing and is called once, for a hazard to
// change.
func (g *generator) plainTest() *test {
	t := &test{name: g.newName("test")}
	m := g.modules[g.IntN(len(g.modules))]
	// Between others, but not in the middle of a class.
	at := g.IntN(len(m.tests) + 1)
	for at > 0 && at < len(m.tests) && m.tests[at].class != "" && m.tests[at].class == m.tests[at-1].class {
		at++
	}
	m.tests = slices.Insert(m.tests, at, t)
	return t
}

var scopes = []string{"function", "class", "module", "package", "session"}

func (g *generator) addHarmlessFixture() {
	f := fixture{name: g.newName("fixture"), scope: g.word(scopes...), autouse: g.oneIn(3)}
	g.fixtures = append(g.fixtures, f)
	if !f.autouse {
		g.use(f.name)
	}
}

// use lets one to three tests use a fixture.
func (g *generator) use(name string) {
	for range 1 + g.IntN(3) {
		m := g.modules[g.IntN(len(g.modules))]
		t := m.tests[g.IntN(len(m.tests))]
		if !slices.Contains(t.fixtures, name) {
			t.fixtures = append(t.fixtures, name)
		}
	}
}
