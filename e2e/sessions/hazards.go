package main

import (
	"fmt"
	"strings"
)

// hazard makes a suite hostile.
type hazard struct {
	weight int
	add    func(*generator)
}

var hazards = []hazard{
	{10, (*generator).hostileFixture},
	{5, (*generator).hostileTest},
	{4, (*generator).setExitStatus},
	{4, (*generator).stopSession},
	{4, (*generator).raiseInHook},
	{1, (*generator).deselectAll},
	{2, (*generator).writeLines},
	{2, (*generator).uncollectable},
	{1, (*generator).fewTests},
	{4, (*generator).stopAtFailures},
	{2, (*generator).choose},
	{2, (*generator).beStrict},
}

// weighted chooses a hazard.
func (g *generator) weighted() int {
	sum := 0
	for _, h := range hazards {
		sum += h.weight
	}
	n := g.IntN(sum)
	for i, h := range hazards {
		if n -= h.weight; n < 0 {
			return i
		}
	}
	panic("unreachable: n is less than the sum")
}

func (g *generator) hostileFixture() {
	f := fixture{name: g.newName("hostile"), scope: g.word(scopes...), autouse: g.oneIn(2)}
	d := g.deed()
	when := "at its end"
	if g.oneIn(2) {
		when = "in its set-up"
		f.setUp = d.lines
	} else {
		f.end = d.lines
		if f.wide() && d.raises {
			g.traits |= wideEnd
		}
		if d.stops {
			g.traits |= stopsAtEnd
		}
		if f.wide() && d.name == skips {
			g.traits |= skipsAtEnd
		}
	}
	if m := g.modules[g.IntN(len(g.modules))]; g.oneIn(3) {
		m.fixtures = append(m.fixtures, f)
		if !f.autouse {
			t := m.tests[g.IntN(len(m.tests))]
			t.fixtures = append(t.fixtures, f.name)
		}
	} else {
		g.fixtures = append(g.fixtures, f)
		if !f.autouse {
			g.use(f.name)
		}
	}
	g.describe("a %s fixture (autouse: %t) %s %s", f.scope, f.autouse, d.name, when)
}

func (g *generator) hostileTest() {
	t, d := g.plainTest(), g.deed()
	t.body = d.lines
	g.describe("%s %s", t.name, d.name)
}

func (g *generator) setExitStatus() {
	status := g.pick(0, 1, 3, 5)
	if status == 0 {
		g.failingTests(1)
	}
	g.addHook("def pytest_sessionfinish(session):\n    session.exitstatus = %d\n", status)
	g.describe("pytest_sessionfinish sets session.exitstatus to %d", status)
}

func (g *generator) failingTests(n int) {
	for range n {
		g.plainTest().body = []string{"assert 1 == 2"}
	}
}

// stopSession sets shouldstop or shouldfail when a test is over.
func (g *generator) stopSession() {
	t := g.plainTest()
	flag := g.word("shouldstop", "shouldfail")
	reason := g.mustSay(g.newName("reason"))
	g.willStop()
	switch g.IntN(3) {
	case 0:
		g.addHook("@pytest.hookimpl(trylast=True)\ndef pytest_runtest_teardown(item):\n"+
			"    if item.name == %q:\n        item.session.%s = %q\n", t.name, flag, reason)
		g.describe("pytest_runtest_teardown of %s sets %s", t.name, flag)
	case 1:
		g.addHook("sessions = []\n\n\ndef pytest_collection(session):\n    sessions.append(session)\n\n\n"+
			"def pytest_runtest_logreport(report):\n    if report.when == \"teardown\" and report.nodeid.endswith(\"::\" + %q):\n"+
			"        sessions[0].%s = %q\n", t.name, flag, reason)
		g.describe("pytest_runtest_logreport of %s sets %s", t.name, flag)
	default:
		t.fixtures = append(t.fixtures, "request")
		t.body = []string{fmt.Sprintf("request.session.%s = %q", flag, reason)}
		g.describe("%s sets %s", t.name, flag)
	}
}

func (g *generator) raiseInHook() {
	hook := g.word(
		"pytest_sessionfinish", "pytest_unconfigure", "pytest_sessionstart", "pytest_collection_modifyitems",
		"pytest_terminal_summary", "pytest_configure", "pytest_runtest_logreport", "pytest_runtest_logfinish",
	)
	if strings.HasPrefix(hook, "pytest_runtest") {
		g.willStop()
	}
	g.traits |= breaks
	g.addHook("def %s():\n    raise RuntimeError(%q)\n", hook, g.mustSay(g.newName("broken")))
	g.describe("%s raises", hook)
}

func (g *generator) deselectAll() {
	g.addHook("def pytest_collection_modifyitems(config, items):\n    config.hook.pytest_deselected(items=items[:])\n    items.clear()\n")
	g.describe("pytest_collection_modifyitems deselects all tests")
}

func (g *generator) writeLines() {
	line := g.mustSay(g.newName("the suite says"))
	if g.oneIn(2) {
		g.addHook("def pytest_terminal_summary(terminalreporter):\n    terminalreporter.write_line(%q)\n", line)
		g.describe("pytest_terminal_summary writes a line")
		return
	}
	g.addHook("def pytest_sessionfinish(session):\n    reporter = session.config.pluginmanager.get_plugin(\"terminalreporter\")\n"+
		"    if reporter:\n        reporter.write_line(%q)\n", line)
	g.describe("pytest_sessionfinish writes a line")
}

func (g *generator) uncollectable() {
	name := g.newName("test_odd") + ".py"
	kinds := []struct {
		what, text string
		traits     traits
	}{
		{"cannot be imported", "import there_is_no_such_module\n\n\ndef test_odd():\n    pass\n", uncollected},
		{"is not Python", "def test_odd(:\n", uncollected},
		{"is empty", "", 0},
		{"skips itself", "import pytest\n\npytest.skip(\"not on this machine\", allow_module_level=True)\n", 0},
		{"exits", "import pytest\n\npytest.exit(\"no use\", returncode=1)\n", stops | uncollected},
	}
	kind := kinds[g.IntN(len(kinds))]
	g.files[name] = kind.text
	g.traits |= kind.traits
	g.describe("%s %s", name, kind.what)
}

// fewTests leaves no test, or one that is skipped.
func (g *generator) fewTests() {
	g.modules = g.modules[:1]
	m := g.modules[0]
	m.tests = m.tests[:1]
	m.tests[0].body = []string{`pytest.skip("the only one")`}
	g.describe("the only test is skipped")
	if g.oneIn(2) {
		m.tests[0].name = "no_" + m.tests[0].name
		g.what[len(g.what)-1] = "there is no test"
	}
}

func (g *generator) stopAtFailures() {
	g.willStop()
	if g.oneIn(2) {
		g.failingTests(1 + g.IntN(2))
		g.args = append(g.args, "-x")
	} else {
		g.failingTests(3)
		g.args = append(g.args, "--maxfail=2")
	}
	g.describe("tests fail, with %s", last(g.args))
}

func (g *generator) choose() {
	t := g.plainTest()
	switch g.IntN(4) {
	case 0:
		g.args = append(g.args, "-k", "not "+t.name)
	case 1:
		g.args = append(g.args, "-k", t.name)
	case 2:
		t.marks = append(t.marks, "slow")
		g.args = append(g.args, "-m", "slow")
	default:
		g.args = append(g.args, "-m", "slow")
	}
	g.describe("%s", strings.Join(g.args[len(g.args)-2:], " "))
}

// beStrict makes pytest reject what it would otherwise accept.
func (g *generator) beStrict() {
	t := g.plainTest()
	switch g.IntN(4) {
	case 0:
		g.settings = append(g.settings, "xfail_strict = true")
		t.marks = append(t.marks, "xfail")
		g.describe("%s passes, with xfail_strict", t.name)
	case 1:
		g.traits |= uncollected
		t.marks = append(t.marks, "unknown")
		g.args = append(g.args, "--strict-markers")
		g.describe("%s has an unknown mark, with --strict-markers", t.name)
	case 2:
		t.body = []string{`warnings.warn("careful")`}
		g.args = append(g.args, "-W", "error")
		g.describe("%s warns, with -W error", t.name)
	default:
		g.traits |= breaks
		g.args = append(g.args, "--no-such-option")
		g.describe("an unknown option")
	}
}
