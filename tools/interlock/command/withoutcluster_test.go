package command

import (
	"errors"
	"os"
	"strings"
	"testing"
)

// A program without a client of etcd says which program has one, and does everything else.
func TestWithoutACluster(t *testing.T) {
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = null.Close() })
	i := Invocation{Lookup: func(string) (string, bool) { return "", false }, Stdin: null, Stdout: null, Stderr: null}
	for name, call := range map[string]func() error{
		"lock": func() error {
			i.Args = []string{"acme/llm", "--scope=cluster", "--", "true"}
			return Lock(t.Context(), i)
		},
		"gate": func() error {
			i.Args = []string{"--executor=grpc://127.0.0.1:1"}
			return Gate(t.Context(), i)
		},
		"status": func() error {
			i.Args = []string{"--scope=cluster"}
			return Status(t.Context(), i)
		},
	} {
		if err := call(); !errors.Is(err, ErrUsage) || !strings.Contains(err.Error(), "//tools:interlock_cluster") {
			t.Errorf("%s: error %v, want a wrong argument, and the program to use", name, err)
		}
	}
	i.Args = nil
	if err := Status(t.Context(), i); err != nil {
		t.Errorf("status: %v", err)
	}
}
