// Package built finds the programs that tests start. Under Bazel they are data of
// the test; elsewhere the go command builds them.
package built

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"

	"github.com/bazelbuild/rules_go/go/runfiles"
)

// folder is where the programs are that go has built; empty if it has built none.
var folder = struct {
	sync.Mutex
	dir string
}{}

// Program returns the path of a program. The variable has its runfile under Bazel. Elsewhere
// `go build ARGUMENT...`, or `go test -c ARGUMENT...` for test binaries, makes it.
func Program(variable string, command []string, arguments ...string) (path string, err error) {
	if runfile := os.Getenv(variable); runfile != "" {
		return runfiles.Rlocation(runfile)
	}
	dir, err := makeFolder()
	if err != nil {
		return "", err
	}
	path = filepath.Join(dir, variable)
	build := exec.Command("go", append(append(command, "-o", path), arguments...)...)
	if output, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%v: %w\n%s", build, err, output)
	}
	return path, nil
}

func makeFolder() (string, error) {
	folder.Lock()
	defer folder.Unlock()
	if folder.dir != "" {
		return folder.dir, nil
	}
	dir, err := os.MkdirTemp("", "programs")
	folder.dir = dir
	return dir, err
}

// Remove removes what was built. TestMain calls it when the tests have ended.
func Remove() {
	folder.Lock()
	defer folder.Unlock()
	if folder.dir != "" {
		_ = os.RemoveAll(folder.dir)
		folder.dir = ""
	}
}
