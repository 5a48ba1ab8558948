package suites

import (
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"testing"
)

// use connects to the witness in a folder as a test process does.
func use(t *testing.T, folder, target, unit, server string) net.Conn {
	t.Helper()
	connection, err := net.Dial("unix", filepath.Join(folder, "witness"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintf(connection, "%s\tpostgres\t%s\t%s\t\n", target, unit, server); err != nil {
		t.Fatal(err)
	}
	if _, err := connection.Read(make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	return connection
}

func end(t *testing.T, connection net.Conn) {
	t.Helper()
	if err := connection.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestWitness(t *testing.T) {
	for _, c := range []struct {
		name string
		play func(t *testing.T, folder string)
		want Uses
	}{
		{"one after the other", func(t *testing.T, folder string) {
			end(t, use(t, folder, "//a", "0", "s"))
			end(t, use(t, folder, "//b", "0", "s"))
		}, Uses{Count: 2, Servers: 1, Most: 1, Contended: 1}},
		{"two at once", func(t *testing.T, folder string) {
			a := use(t, folder, "//a", "0", "s")
			end(t, use(t, folder, "//b", "1", "r"))
			end(t, a)
		}, Uses{Count: 2, Servers: 2, Most: 2}},
		{"two at once on one server", func(t *testing.T, folder string) {
			a := use(t, folder, "//a", "0", "s")
			end(t, use(t, folder, "//b", "1", "s"))
			end(t, a)
		}, Uses{Count: 2, Servers: 1, Most: 2, Findings: []string{"postgres s is used at once by //a 1 and //b 2"}}},
		{"killed before it says anything", func(t *testing.T, folder string) {
			connection, err := net.Dial("unix", filepath.Join(folder, "witness"))
			if err != nil {
				t.Fatal(err)
			}
			end(t, connection)
			end(t, use(t, folder, "//b", "1", "s"))
		}, Uses{Count: 1, Servers: 1, Most: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			folder := t.TempDir()
			w, err := newWitness(folder)
			if err != nil {
				t.Fatal(err)
			}
			c.play(t, folder)
			if err := w.close(); err != nil {
				t.Fatal(err)
			}
			got, err := readUses(filepath.Join(folder, "uses"))
			if err != nil || fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("got %+v, %v, want %+v", got, err, c.want)
			}
		})
	}
}

func TestRepositories(t *testing.T) {
	var got []string
	for _, module := range []string{"github.com/jackc/puddle/v2", "golang.org/x/sync", "gopkg.in/yaml.v3", "github.com/BurntSushi/toml"} {
		got = append(got, repositoryOf(module))
	}
	want := []string{"com_github_jackc_puddle_v2", "org_golang_x_sync", "in_gopkg_yaml_v3", "com_github_burntsushi_toml"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
