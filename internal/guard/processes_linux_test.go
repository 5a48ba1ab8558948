package guard

import (
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// A process that becomes a program has neither arguments nor an environment for a moment. A
// process that looks at that moment waits until it has.
func TestWhatIsJustBeginningIsNotOverlooked(t *testing.T) {
	before := procFolder
	t.Cleanup(func() { procFolder = before })
	procFolder = t.TempDir()
	pid := os.Getpid() // it exists
	dir := filepath.Join(procFolder, strconv.Itoa(pid))
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	write := func(file, text string) {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(text), 0o644); err != nil {
			t.Error(err)
		}
	}
	write("environ", "")
	write("cmdline", "")
	if _, known := variableOf(pid, Variable); known {
		t.Error("it is known before the process has begun")
	}
	go func() {
		time.Sleep(20 * time.Millisecond)
		write("environ", "PATH=/bin\x00"+Variable+"=a.1\x00")
		write("cmdline", "sh\x00")
	}()
	if mark := MarkOf(pid); mark != "a.1" {
		t.Errorf("the mark is %q", mark)
	}
	write("environ", "")
	if mark, known := variableOf(pid, Variable); mark != "" || !known {
		t.Errorf("without an environment: %q, known %v", mark, known)
	}
}
