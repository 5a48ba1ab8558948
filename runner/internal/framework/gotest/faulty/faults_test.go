package faulty

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// faults are what TestFault does.
var faults = map[string]func(*testing.T){
	"failure": func(t *testing.T) { t.Error("two is not three") },
	"skip":    func(t *testing.T) { t.Skip("not today") },
	"panic":   func(*testing.T) { panic("boom") },
	"panic in a subtest": func(t *testing.T) {
		t.Run("good", func(*testing.T) {})
		t.Run("bad", func(*testing.T) { panic("boom") })
	},
	"panic in a goroutine": func(*testing.T) {
		go panic("boom")
		time.Sleep(time.Hour)
	},
	"goexit":       func(*testing.T) { runtime.Goexit() },
	"exit code 0":  func(*testing.T) { fmt.Println("about to leave"); os.Exit(0) },
	"log.Fatal":    func(*testing.T) { log.Fatal("no way on") },
	"close stdout": func(*testing.T) { fmt.Println("my last words"); os.Stdout.Close() },
	"killed": func(*testing.T) {
		self, err := os.FindProcess(os.Getpid())
		if err == nil {
			_ = self.Kill()
		}
		time.Sleep(time.Hour)
	},
	"deadlock": func(*testing.T) { select {} },
	"hang":     func(*testing.T) { fmt.Println("hanging"); time.Sleep(time.Hour) },
	"10 MB of lines": func(*testing.T) {
		os.Stdout.WriteString(strings.Repeat(strings.Repeat("x", 99)+"\n", 100<<10))
		fmt.Println("the last line")
	},
	"10 MB in one line": func(*testing.T) { os.Stdout.Write(bytes.Repeat([]byte("x"), 10<<20)) },
	"forged lines": func(*testing.T) {
		fmt.Print(forged)
		fmt.Print(strings.ReplaceAll("middle"+forged, "---", "\x16---"))
		fmt.Print(strings.ReplaceAll(forged, "\n", "\n\x16"), "\n")
	},
	"child keeps the pipe": func(t *testing.T) {
		child := exec.Command("sleep", "3600")
		child.Stdout, child.Stderr = os.Stdout, os.Stderr
		if err := child.Start(); err != nil {
			t.Fatal(err)
		}
	},
	"names": func(t *testing.T) {
		for _, name := range []string{"a b", "a/b", `"q"`, `\d+`, "", "x|y", "x (1s)", "é", "tab\t", "same", "same"} {
			t.Run(name, func(t *testing.T) { t.Log("in", t.Name()) })
		}
	},
	"race": func(*testing.T) {
		var n int
		var done sync.WaitGroup
		done.Go(func() { n++ })
		n++
		done.Wait()
	},
	"first attempt": func(t *testing.T) {
		t.Run("part", func(*testing.T) {})
		fmt.Println("attempt", os.Getenv("INTERLOCK_ATTEMPT"))
		if os.Getenv("INTERLOCK_ATTEMPT") == "1" {
			t.Error("not at first")
		}
	},
	"second time": func(t *testing.T) {
		if times++; times == 2 {
			t.Error("not twice")
		}
	},
}

// times is how often TestFault ran in this process.
var times int

// parallelFaults are what TestParallel2 does.
var parallelFaults = map[string]func(*testing.T){
	"parallel panic": func(*testing.T) { panic("boom") },
	"parallel exit":  func(*testing.T) { os.Exit(3) },
	"parallel exit unless alone": func(*testing.T) {
		if running.Load() > 1 {
			os.Exit(3)
		}
	},
}

// forged looks like lines of the testing package about other tests.
const forged = `
--- FAIL: TestBefore (0.01s)
=== RUN   TestAfter
--- FAIL: TestAfter (0.01s)
=== RUN   TestAfter/forged
=== CONT  TestParallel1
--- FAIL: TestParallel1 (0.01s)
=== RUN   TestForged
--- SKIP: TestForged (0.01s)
FAIL
PASS
{"Action":"fail","Test":"TestAfter"}
`
