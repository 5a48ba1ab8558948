package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite testdata/module.md")

func TestRunWritesTheGolden(t *testing.T) {
	golden := filepath.Join("testdata", "module.md")
	out := filepath.Join(t.TempDir(), "module.md")
	if *update {
		out = golden
	}
	var stderr bytes.Buffer
	if code := run([]string{"Rules", filepath.Join("testdata", "module.textproto"), filepath.Join("testdata", "attributes.json"), out}, &stderr); code != 0 {
		t.Fatalf("run: exit code %d, %s", code, &stderr)
	}
	got, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("Markdown differs from %s:\n%s", golden, got)
	}
}

func TestRunReportsFailures(t *testing.T) {
	for _, c := range []struct {
		name       string
		text       string
		attributes string
		code       int
		stderr     string
	}{
		{"no text proto", `rule_info {`, `{}`, 1, "module.textproto: "},
		{"no JSON", `module_docstring: "x"`, `{`, 1, "attributes.json: "},
		{"no docstring of the module", ``, `{}`, 1, "the module has no docstring"},
		{
			"no docstring of a parameter",
			`module_docstring: "x" func_info { function_name: "f" doc_string: "x" parameter { name: "p" } }`,
			`{}`, 1, "f: p has no docstring",
		},
		{
			"no text of an attribute",
			`module_docstring: "x" func_info { function_name: "f" doc_string: "x" }`,
			`{"f": [{"name": "p"}]}`, 1, "f: p has no docstring",
		},
		{"attributes of nothing", `module_docstring: "x"`, `{"f": []}`, 1, "attributes of f, which is not in the module"},
		{"a character that Bazel garbles", `module_docstring: "and so on \303\242"`, `{}`, 1, "a docstring has the character 'â': write ASCII"},
		{"no docstring of a rule", `module_docstring: "x" rule_info { rule_name: "r" }`, `{}`, 1, "r has no docstring"},
	} {
		t.Run(c.name, func(t *testing.T) {
			in := filepath.Join(t.TempDir(), "module.textproto")
			attributes := filepath.Join(filepath.Dir(in), "attributes.json")
			for file, text := range map[string]string{in: c.text, attributes: c.attributes} {
				if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			var stderr bytes.Buffer
			if code := run([]string{"Rules", in, attributes, in + ".md"}, &stderr); code != c.code || !strings.Contains(stderr.String(), c.stderr) {
				t.Errorf("run: exit code %d, stderr %q; want %d, %q", code, &stderr, c.code, c.stderr)
			}
		})
	}
}

func TestRunExplainsItsUsage(t *testing.T) {
	var stderr bytes.Buffer
	if code := run(nil, &stderr); code != 2 || !strings.HasPrefix(stderr.String(), "usage: ") {
		t.Errorf("run: exit code %d, stderr %q", code, &stderr)
	}
}

// Releases of Bazel tell in different ways that a parameter takes all others.
func TestKwargsOfEveryBazel(t *testing.T) {
	for _, parameter := range []string{
		`name: "kwargs"`, `name: "kwargs" role: PARAM_ROLE_KWARGS`, `name: "**kwargs"`, `name: "**kwargs" role: PARAM_ROLE_KWARGS`,
		`name: "others" role: PARAM_ROLE_KWARGS`, `name: "**others" role: PARAM_ROLE_KWARGS`,
	} {
		text := `module_docstring: "x" func_info { function_name: "f" doc_string: "x" parameter { doc_string: "x" ` + parameter + ` } }`
		m, err := parseModule([]byte(text), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := m.symbols[0].params[0].name; got != "**kwargs" && got != "**others" {
			t.Errorf("%s: got %s", parameter, got)
		}
	}
}
