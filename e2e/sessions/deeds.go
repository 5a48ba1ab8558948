package main

import "fmt"

// deed is something hostile that a fixture or a test does.
type deed struct {
	name string
	// lines are its statements. The generator has noted their consequences.
	lines []string
	// raises says whether it ends its fixture or test, by an exception.
	raises bool
	// stops says whether it ends the session.
	stops bool
}

// fork lets a process fork once, because children and grandchildren that all fork are too many.
// The parent waits, so that the child's report is not the last one.
func fork(child string) []string {
	return []string{
		`if "FORKED" not in os.environ:`,
		`    os.environ["FORKED"] = "yes"`,
		`    child = os.fork()`,
		`    if child == 0:`,
		`        ` + child,
		`    else:`,
		`        os.waitpid(child, 0)`,
	}
}

// skips is the name of a deed.
const skips = "skips"

// deed chooses a deed.
func (g *generator) deed() deed {
	switch g.IntN(14) {
	case 0, 1, 2:
		return deed{name: "raises", lines: []string{`raise RuntimeError("hostile")`}, raises: true}
	case 3:
		return deed{name: skips, lines: []string{`pytest.skip("of no use")`}, raises: true}
	case 4:
		return deed{name: "fails", lines: []string{`pytest.fail("given up")`}, raises: true}
	case 5, 6:
		g.willStop()
		code := g.pick(0, 1, 3, 7)
		reason := g.mustSay(g.newName("enough"))
		return deed{
			name:  fmt.Sprintf("calls pytest.exit with %d", code),
			lines: []string{fmt.Sprintf("pytest.exit(%q, returncode=%d)", reason, code)}, raises: true, stops: true,
		}
	case 7:
		code := g.pick(0, 1, 3)
		return deed{name: fmt.Sprintf("calls sys.exit(%d)", code), lines: []string{fmt.Sprintf("sys.exit(%d)", code)}, raises: true}
	case 8:
		g.traits |= dies
		code := g.pick(0, 1, 3)
		return deed{name: fmt.Sprintf("calls os._exit(%d)", code), lines: []string{fmt.Sprintf("os._exit(%d)", code)}, raises: true}
	case 9:
		return deed{name: "warns", lines: []string{`warnings.warn("careful")`}}
	case 10:
		return deed{name: "forks a child that calls sys.exit(0)", lines: fork("sys.exit(0)")}
	case 11:
		return deed{name: "forks a child that goes on", lines: fork("pass")}
	case 12:
		return deed{name: "leaves a thread", lines: []string{"threading.Thread(target=time.sleep, args=(0.3,)).start()"}}
	}
	if g.oneIn(3) {
		g.hangs = true
		g.traits |= dies
		return deed{name: "hangs", lines: []string{"time.sleep(600)"}}
	}
	g.willStop()
	return deed{name: "raises KeyboardInterrupt", lines: []string{"raise KeyboardInterrupt"}, raises: true, stops: true}
}
