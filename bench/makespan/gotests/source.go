package gotests

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Source returns a Go file of tests, one for each case.
func (w Workload) Source() []byte {
	var text bytes.Buffer
	text.WriteString("package sleeping_test\n\n")
	text.WriteString("import (\n\t\"testing\"\n\n\t\"github.com/interlock-build/rules_interlock/bench/sleeping\"\n)\n")
	for _, c := range w.Cases {
		fmt.Fprintf(&text, "\nfunc %s(t *testing.T) { sleeping.Sleep(t, %d) }\n", c.Name, c.Takes.Nanoseconds())
	}
	return text.Bytes()
}

// Timings returns the file that the target with timings declares.
func (w Workload) Timings() ([]byte, error) {
	known := map[string]float64{}
	for _, c := range w.Cases {
		known[c.Name] = c.Takes.Seconds()
	}
	return json.MarshalIndent(map[string]map[string]float64{w.Target(true): known}, "", "  ")
}
