package fenced_test

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/interlock-build/rules_interlock/e2e/chaos/fenced"
)

func TestStaleTokensAreRejected(t *testing.T) {
	path := filepath.Join(t.TempDir(), "socket")
	server, err := fenced.Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	old, young := dial(t, path), dial(t, path)
	write := func(client *fenced.Client, want bool, w fenced.Write) fenced.Write {
		t.Helper()
		if accepted, err := client.Write(w); err != nil || accepted != want {
			t.Errorf("%+v: accepted %v, %v, want %v", w, accepted, err, want)
		}
		return w
	}
	one := write(old, true, fenced.Write{Group: "db", Fence: 1, Holder: "old"})
	write(old, true, one)
	two := write(young, true, fenced.Write{Group: "db", Fence: 2, Holder: "young"})
	write(old, false, one)
	other := write(old, true, fenced.Write{Group: "other", Fence: 1, Holder: "old"})
	write(young, true, two)
	if want := []fenced.Write{one, one, two, other, two}; !reflect.DeepEqual(server.Accepted(), want) {
		t.Errorf("accepted %+v, want %+v", server.Accepted(), want)
	}
	if want := []fenced.Write{one}; !reflect.DeepEqual(server.Rejected(), want) {
		t.Errorf("rejected %+v, want %+v", server.Rejected(), want)
	}
	if err := fenced.Check(server.Accepted()); err != nil {
		t.Error(err)
	}
	_, _ = old.Close(), young.Close()
	if err := server.Close(); err != nil {
		t.Error(err)
	}
}

func dial(t *testing.T, path string) *fenced.Client {
	t.Helper()
	client, err := fenced.Dial(path)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

func TestCheckFindsWhatALockGotWrong(t *testing.T) {
	for want, accepted := range map[string][]fenced.Write{
		"db: a wrote with the token 1 after b with 2": {{"db", 1, "a"}, {"db", 2, "b"}, {"db", 1, "a"}},
		"db: a and b wrote with one token, 1":         {{"db", 1, "a"}, {"db", 1, "b"}},
	} {
		if err := fenced.Check(accepted); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", accepted, err, want)
		}
	}
	if err := fenced.Check([]fenced.Write{{"db", 1, "a"}, {"other", 1, "b"}, {"db", 1, "a"}, {"db", 2, "b"}}); err != nil {
		t.Error(err)
	}
}
