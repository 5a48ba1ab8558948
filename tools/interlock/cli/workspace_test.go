package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/interlock-build/rules_interlock/internal/planfile"
)

// workspace is a user's workspace, with a Bazel that answers from files.
type workspace struct {
	t      *testing.T
	dir    string
	getenv func(string) string
}

// newWorkspace returns a workspace without targets.
func newWorkspace(t *testing.T) *workspace {
	t.Helper()
	getenv, dir := withBazel(t, `
echo "$*" >> calls
[ ! -e fail ] || [ "$(cat fail)" != "$1" ] || exit 7
case "$*" in
*--output=label_kind*) for last; do true; done; cp "${last#--query_file=}" query; cat kinds ;;
query*) cat rules ;;
cquery*) cat executables ;;
info*) cat info ;;
esac
`)
	w := &workspace{t: t, dir: dir, getenv: getenv}
	w.write("info", fmt.Sprintf("bazel-testlogs: %[1]s/testlogs\nexecution_root: %[1]s/root\nworkspace: %[1]s\n", dir))
	for _, answer := range []string{"rules", "kinds", "executables"} {
		w.write(answer, "")
	}
	return w
}

func (w *workspace) write(path, text string) {
	w.t.Helper()
	w.writeMode(path, text, 0o644)
}

func (w *workspace) writeMode(path, text string, mode os.FileMode) {
	w.t.Helper()
	path = filepath.Join(w.dir, path)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		w.t.Fatal(err)
	}
}

func (w *workspace) append(path, text string) {
	w.t.Helper()
	w.write(path, w.read(path)+text)
}

func (w *workspace) read(path string) string {
	w.t.Helper()
	text, err := os.ReadFile(filepath.Join(w.dir, path))
	if err != nil {
		w.t.Fatal(err)
	}
	return string(text)
}

// add adds the test //a:NAME, whose runner has a plan, with the label of its
// timings, if it has any.
func (w *workspace) add(name, timings string, plan planfile.File) {
	w.t.Helper()
	w.declare(name, timings)
	plan, err := planfile.Make(plan)
	if err != nil {
		w.t.Fatal(err)
	}
	plan.Label = "//a:" + name
	var text bytes.Buffer
	if err := plan.Write(&text); err != nil {
		w.t.Fatal(err)
	}
	w.runner(name, fmt.Sprintf("[ \"$*\" = '--interlock-plan=only --interlock-workers=3 -x' ] && [ -d $RUNFILES_DIR ] && [ $SET = yes ] && cat <<'END'\n%sEND\n", &text))
	w.write("root/bin/"+name+".runfiles/MANIFEST", "")
}

// declare adds a test to Bazel's answers.
func (w *workspace) declare(name, timings string) {
	w.t.Helper()
	attribute := map[string]any{"name": "timings", "type": "LABEL", "explicitlySpecified": timings != ""}
	if timings != "" && timings != "select" {
		attribute["stringValue"] = timings
		w.append("kinds", "source file "+timings+"\n")
	}
	args := map[string]any{"name": "args", "type": "STRING_LIST", "stringListValue": []string{
		"--interlock-workers=3", "--interlock-plan=write", "$(location :x)", "'a b'", "-x",
	}}
	text, err := json.Marshal(map[string]any{"type": "RULE", "rule": map[string]any{
		"name": "@@//a:" + name, "attribute": []any{args, attribute},
	}})
	if err != nil {
		w.t.Fatal(err)
	}
	w.append("rules", string(text)+"\n")
	w.append("executables", fmt.Sprintf(`{"label":"@@//a:%[1]s","path":"bin/%[1]s","environment":{"SET":"yes"}}`+"\n", name))
}

func (w *workspace) runner(name, script string) {
	w.t.Helper()
	w.writeMode("root/bin/"+name, "#!/bin/sh\n"+script, 0o755)
}

// ran adds a test.xml with the durations of cases. Cases with a "!" failed, and cases with a "-"
// were skipped.
func (w *workspace) ran(path string, seconds map[string]float64) {
	w.t.Helper()
	var cases strings.Builder
	for name, time := range seconds {
		problem := ""
		if failed, ok := strings.CutSuffix(name, "!"); ok {
			name, problem = failed, `<failure message="no"/>`
		} else if skipped, ok := strings.CutSuffix(name, "-"); ok {
			name, problem = skipped, `<skipped message="no"/>`
		}
		fmt.Fprintf(&cases, `<testcase name="%s" classname="//a:x" time="%.3f">%s</testcase>`, name, time, problem)
	}
	w.write(path, `<?xml version="1.0" encoding="UTF-8"?><testsuites><testsuite name="//a:x">`+cases.String()+`</testsuite></testsuites>`)
}

// run runs a command, and returns what it printed.
func (w *workspace) run(code int, args ...string) (stdout, stderr string) {
	w.t.Helper()
	var out, err bytes.Buffer
	if got := run(args, w.getenv, &out, &err); got != code {
		w.t.Errorf("%v: exit code %d, want %d; stdout %s, stderr %s", args, got, code, &out, &err)
	}
	return out.String(), err.String()
}

// plain is a plan of two shards with a worker each, in which no duration is known.
func plain(names ...string) planfile.File {
	f := planfile.File{Shards: 2, Workers: 1, KeepTogether: "case"}
	for _, name := range names {
		f.Cases = append(f.Cases, planfile.Case{Name: name})
	}
	return f
}

func wantText(t *testing.T, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func wantPart(t *testing.T, got, want string) {
	t.Helper()
	if !strings.Contains(got, want) {
		t.Errorf("no %q in\n%s", want, got)
	}
}
