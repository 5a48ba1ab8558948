package main

import (
	"fmt"
	"slices"
	"strings"
)

// fixture is a fixture of pytest.
type fixture struct {
	name, scope string
	autouse     bool
	// setUp and end are its statements before and after the yield.
	setUp, end []string
}

// wide reports whether several tests share it.
func (f fixture) wide() bool { return f.scope != "function" }

func (f fixture) text() string {
	autouse := ""
	if f.autouse {
		autouse = ", autouse=True"
	}
	body := slices.Concat(f.setUp, []string{"yield"}, f.end)
	return fmt.Sprintf("@pytest.fixture(scope=%q%s)\ndef %s():\n%s", f.scope, autouse, f.name, indented(body))
}

// test is a test function.
type test struct {
	name string
	// class is empty for a function of the module.
	class      string
	marks      []string
	parameters int
	fixtures   []string
	body       []string
}

func (t test) text() string {
	var lines, arguments []string
	for _, mark := range t.marks {
		lines = append(lines, "@pytest.mark."+mark)
	}
	if t.class != "" {
		arguments = append(arguments, "self")
	}
	arguments = append(arguments, t.fixtures...)
	if t.parameters > 0 {
		lines = append(lines, fmt.Sprintf(`@pytest.mark.parametrize("n", range(%d))`, t.parameters))
		arguments = append(arguments, "n")
	}
	lines = append(lines, fmt.Sprintf("def %s(%s):", t.name, strings.Join(arguments, ", ")))
	body := t.body
	if len(body) == 0 {
		body = []string{"pass"}
	}
	return strings.Join(lines, "\n") + "\n" + indented(body)
}

// module is a file of tests.
type module struct {
	path string
	// head are statements at its beginning.
	head     []string
	fixtures []fixture
	tests    []*test
}

// imports is what each file begins with.
const imports = "import os\nimport sys\nimport threading\nimport time\nimport warnings\n\nimport pytest\n"

func (m module) text() string {
	parts := []string{imports}
	if len(m.head) > 0 {
		parts = append(parts, strings.Join(m.head, "\n")+"\n")
	}
	for _, f := range m.fixtures {
		parts = append(parts, f.text())
	}
	class := ""
	for _, t := range m.tests {
		switch {
		case t.class == "":
			parts = append(parts, t.text())
		case t.class == class:
			parts = append(parts, indented(strings.Split(strings.TrimSuffix(t.text(), "\n"), "\n")))
		default:
			parts = append(parts, "class "+t.class+":\n"+indented(strings.Split(strings.TrimSuffix(t.text(), "\n"), "\n")))
		}
		class = t.class
	}
	return strings.Join(parts, "\n\n")
}

func indented(lines []string) string {
	var text strings.Builder
	for _, line := range lines {
		if line != "" {
			line = "    " + line
		}
		text.WriteString(line + "\n")
	}
	return text.String()
}
