package house

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/interlock-build/rules_interlock/"

// rooms say which folders the packages of a folder may import; the first that fits counts. Tests
// may also import what is only for tests.
var rooms = []struct {
	folder string
	may    []string
}{
	// Packages that decide are pure.
	{"internal/group", nil},
	{"internal/event", []string{"internal/group"}},
	{"internal/plan", []string{"internal/group"}},
	{"internal/nearest", nil},
	{"internal/timings", nil},
	{"internal/schedule", []string{"internal/event", "internal/group", "internal/plan"}},
	{"internal/planfile", []string{"internal/group", "internal/plan", "internal/schedule", "internal/timings"}},
	{"internal/manifest", []string{"internal/group"}},
	{"internal/options", []string{"internal/nearest"}},
	// Packages that run cases see locks only through their interface.
	{"internal/engine", []string{"internal/event", "internal/group", "internal/lock$", "internal/quantum", "internal/schedule"}},
	// Locks know nothing of tests.
	{"internal/lock", []string{"internal/boottime", "internal/coordinator", "internal/group", "internal/guard", "internal/lock"}},
	{"internal/guard", []string{"internal/procfs"}},
	{"internal/child", []string{"internal/guard", "internal/terminal"}},
	{"internal", []string{"internal"}},
	{"runner", []string{"internal", "runner"}},
	// The gate knows what an action needs, and nothing of tests.
	{"tools/interlock/gate/gatecommand", []string{"internal/coordinator", "tools/interlock/command$", "tools/interlock/gate"}},
	{"tools/interlock/gate", []string{
		"internal/coordinator", "internal/group", "internal/lock$", "internal/lock/cluster", "tools/interlock/gate/fakecluster",
	}},
	{"tools/interlock", []string{"internal", "tools/interlock"}},
	{"tools", nil},
	// A witness shares a clock with what it watches, and knows nothing else of it.
	{"e2e/witness", []string{"e2e/witness", "internal/boottime"}},
	{"e2e/remote", []string{"e2e", "internal", "tools/interlock/command$", "tools/interlock/gate/gatecommand"}},
	{"e2e", []string{"e2e", "internal"}},
	{"bench/gate", []string{"bench/harness", "internal", "tools/interlock/gate"}},
	{"bench/services", []string{"bench/harness", "e2e/services/suites", "internal"}},
	{"bench/remote", []string{"bench/harness", "e2e/witness", "internal"}},
	{"bench/seed", []string{"bench/harness", "bench/seed", "e2e/witness"}},
	{"bench", []string{"bench", "internal"}},
	{"adapters", []string{"adapters"}},
	{"examples", nil}, // a module of its own
	{"rules", nil},
}

// onlyForTests are folders that a program may not import, but its tests may. The second list is
// harnesses, which may import them too.
var (
	onlyForTests = []string{
		"internal/testkit", "internal/lock/locktest", "internal/lock/build/buildtest", "internal/lock/cluster/etcdtest",
		"tools/interlock/gate/fakecluster",
	}
	harnesses = []string{"bench", "e2e"}
)

// source is a Go file of the repository.
type source struct {
	folder, name string
	imports      []string // of this repository
	comment      bool     // of the package
}

func (s source) isTest() bool { return strings.HasSuffix(s.name, "_test.go") }

func sources(t *testing.T) (all []source) {
	t.Helper()
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata"):
			return fs.SkipDir
		case d.IsDir() || filepath.Ext(path) != ".go":
			return nil
		}
		s, err := read(root, path)
		all = append(all, s)
		return err
	})
	if err != nil || len(all) < 100 {
		t.Fatalf("%d files, %v", len(all), err)
	}
	return all
}

func read(root, path string) (source, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return source{}, err
	}
	file, err := parser.ParseFile(token.NewFileSet(), path, text, parser.ImportsOnly|parser.ParseComments)
	if err != nil {
		return source{}, err
	}
	folder, err := filepath.Rel(root, filepath.Dir(path))
	s := source{folder: filepath.ToSlash(folder), name: filepath.Base(path), comment: file.Doc != nil}
	for _, i := range file.Imports {
		imported, err := strconv.Unquote(i.Path.Value)
		if err != nil {
			return source{}, err
		}
		if rest, own := strings.CutPrefix(imported, module); own {
			s.imports = append(s.imports, rest)
		}
	}
	return s, err
}

// within reports whether a package is one of some folders, or below one of them. A folder that
// ends in $ does not include anything below it.
func within(pkg string, folders []string) bool {
	return slices.ContainsFunc(folders, func(folder string) bool {
		exact, only := strings.CutSuffix(folder, "$")
		return pkg == exact || !only && strings.HasPrefix(pkg, folder+"/")
	})
}

func TestImports(t *testing.T) {
	for _, s := range sources(t) {
		at := slices.IndexFunc(rooms, func(room struct {
			folder string
			may    []string
		},
		) bool {
			return within(s.folder, []string{room.folder})
		})
		if at < 0 {
			t.Errorf("%s/%s: no room has this folder; say in rooms what it may import", s.folder, s.name)
			continue
		}
		for _, imported := range s.imports {
			switch {
			case s.isTest() && (within(imported, []string{"internal"}) || within(imported, rooms[at].may)):
			case within(imported, onlyForTests):
				if !within(s.folder, onlyForTests) && !within(s.folder, harnesses) {
					t.Errorf("%s/%s imports %s, which is only for tests", s.folder, s.name, imported)
				}
			case !within(imported, rooms[at].may) && imported != s.folder && !within(s.folder, onlyForTests):
				t.Errorf("%s/%s imports %s; %s may import %q", s.folder, s.name, imported, rooms[at].folder, rooms[at].may)
			}
		}
	}
}

// given are folders with programs that we received and keep unchanged.
var given = []string{"e2e/verdicts/go"}

// Each package has a comment. In a test file it counts only if there is nothing else.
func TestPackagesHaveComments(t *testing.T) {
	commented, inTest, program := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, s := range sources(t) {
		if within(s.folder, given) {
			continue
		}
		commented[s.folder] = commented[s.folder] || s.comment && !s.isTest()
		inTest[s.folder] = inTest[s.folder] || s.comment
		program[s.folder] = program[s.folder] || !s.isTest()
	}
	for folder, ok := range commented {
		if !ok && (program[folder] || !inTest[folder]) {
			t.Errorf("%s: no file has a package comment", folder)
		}
	}
}
