package coordinator

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"time"
)

// write writes a file that only its owner can read.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func lookupOf(value string) func(string) (string, bool) {
	return func(name string) (string, bool) { return value, name == Variable && value != "" }
}

func TestDefaults(t *testing.T) {
	got, err := Read(write(t, "c.json", `{"endpoints": ["https://a:2379"]}`))
	want := Config{Endpoints: []string{"https://a:2379"}, Namespace: "/interlock/", TTL: 10 * time.Second}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
}

// All fields are read, and written as they are read.
func TestAllFields(t *testing.T) {
	want := Config{
		Endpoints: []string{"https://a:2379", "https://[::1]:2380/"}, Namespace: "/acme/",
		CAFile: "/ca", CertFile: "/cert", KeyFile: "/key", Username: "u", Password: "p", TTL: 30 * time.Second,
	}
	got, err := Read(write(t, "c.json", `{
		"endpoints": ["https://a:2379", "https://[::1]:2380/"], "namespace": "/acme", "ca_file": "/ca", "cert_file": "/cert", "key_file": "/key", "username": "u", "password": "p", "ttl": "30s"}`))
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	text, err := want.Format()
	if err != nil {
		t.Fatal(err)
	}
	if again, err := Read(write(t, "again.json", string(text))); err != nil || !reflect.DeepEqual(again, want) {
		t.Errorf("%s is read as %+v, %v", text, again, err)
	}
}

func TestPasswordFile(t *testing.T) {
	secret := write(t, "secret", "p\n")
	text := `{"endpoints": ["https://a:1"], "username": "u", "password_file": "` + secret + `"}`
	if got, err := parse([]byte(text), true); err != nil || got.Password != "p" {
		t.Errorf("%+v, %v", got, err)
	}
	empty := write(t, "empty", "\n")
	for _, c := range []struct{ text, want string }{
		{strings.Replace(text, secret, empty, 1), empty + " is empty"},
		{strings.Replace(text, secret, secret+"x", 1), secret + "x"},
		{strings.Replace(text, `"username"`, `"password": "p", "username"`, 1), "are both set"},
	} {
		if _, err := parse([]byte(c.text), false); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.text, err, c.want)
		}
	}
	if runtime.GOOS == "windows" {
		return
	}
	if err := os.Chmod(secret, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := parse([]byte(text), false); err == nil || !strings.Contains(err.Error(), "all users can read "+secret) {
		t.Errorf("error %v", err)
	}
}

// A password that all users can read is refused; a file without secrets is not.
func TestOpenFile(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("files have no such modes there")
	}
	for text, ok := range map[string]bool{
		`{"endpoints": ["http://a:1"]}`:                                      true,
		`{"endpoints": ["http://a:1"], "username": "u", "password": "pass"}`: false,
	} {
		path := write(t, "c.json", text)
		if err := os.Chmod(path, 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := Read(path)
		if (err == nil) != ok || !ok && (!strings.Contains(err.Error(), "chmod o-r") || !strings.Contains(err.Error(), path)) {
			t.Errorf("%s: error %v", text, err)
		}
	}
}

func TestMistakes(t *testing.T) {
	with := func(rest string) string { return `{"endpoints": ["https://a:1"], ` + rest + `}` }
	for text, want := range map[string]string{
		`{}`:                                              "endpoints: there is none",
		`{"endpoints": []}`:                               "endpoints: there is none",
		`{"endpoints": ["https://a:1"]`:                   "unexpected EOF",
		`{"endpoints": ["https://a:1"]}x`:                 "more than one JSON value",
		with(`"endpoint": "x"`):                           `unknown field "endpoint"`,
		with(`"ttl": "10"`):                               "is no duration",
		with(`"ttl": "0s"`):                               "is no duration",
		with(`"ttl": "1s"`):                               "from 2s to 10m0s",
		with(`"ttl": "11m"`):                              "from 2s to 10m0s",
		with(`"ttl": "2500ms"`):                           "no whole number of seconds",
		with(`"cert_file": "/c"`):                         "cert_file and key_file belong together",
		with(`"key_file": "/c"`):                          "cert_file and key_file belong together",
		with(`"username": "u"`):                           "username and password belong together",
		with(`"password": "p"`):                           "username and password belong together",
		`{"endpoints": ["https://a:1", "http://b:1"]}`:    "https://a:1 and http://b:1",
		`{"endpoints": ["http://b:1"], "ca_file": "/ca"}`: "http://b:1 is without TLS",
		`{"endpoints": ["a:1"]}`:                          `"a:1" is no URL`,
		`{"endpoints": [""]}`:                             `"" is no URL`,
		`{"endpoints": ["ftp://a:1"]}`:                    "is no URL of an etcd member",
		`{"endpoints": ["http://a"]}`:                     "is no URL of an etcd member",
		`{"endpoints": ["http://:1"]}`:                    "is no URL of an etcd member",
		`{"endpoints": ["http://u:p@a:1"]}`:               "is no URL of an etcd member",
		`{"endpoints": ["http://a:1/x"]}`:                 "is no URL of an etcd member",
		`{"endpoints": ["http://a:1?x"]}`:                 "is no URL of an etcd member",
		`{"endpoints": ["http://a:1#x"]}`:                 "is no URL of an etcd member",
	} {
		path := write(t, "c.json", text)
		if _, err := Read(path); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: error %v, want %q", text, err, want)
		}
	}
}

func TestFind(t *testing.T) {
	wellKnown := write(t, "well-known.json", `{"endpoints": ["https://known:1"]}`)
	named := write(t, "named.json", `{"endpoints": ["https://named:1"]}`)
	for value, want := range map[string]string{
		"":                             "https://known:1",
		named:                          "https://named:1",
		"https://a:1":                  "https://a:1",
		"http://a:1, http://b:2":       "http://a:1 http://b:2",
		"http://10.0.0.1:1,http://b:2": "http://10.0.0.1:1 http://b:2",
	} {
		got, err := find(lookupOf(value), wellKnown)
		if err != nil || strings.Join(got.Endpoints, " ") != want {
			t.Errorf("%q: %v, %v, want %q", value, got.Endpoints, err, want)
		}
	}
}

// The error says what is missing or wrong, and where it was looked for.
func TestFindNothing(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing.json")
	_, err := find(lookupOf(""), missing)
	if !errors.Is(err, ErrNone) {
		t.Errorf("error %v, want %v", err, ErrNone)
	}
	for _, part := range []string{File, Variable, "--test_env=" + Variable, "endpoints"} {
		if !strings.Contains(ErrNone.Error(), part) {
			t.Errorf("error %q, want %q in it", ErrNone, part)
		}
	}
	for value, want := range map[string]string{
		missing:          missing,
		"a:2379,b:2379":  "should name a file, or endpoints",
		"http://a:1,b:2": `"b:2" is no URL`,
		t.TempDir():      "is no regular file",
	} {
		_, err := find(lookupOf(value), missing)
		if err == nil || errors.Is(err, ErrNone) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %q", value, err, want)
		}
	}
	if _, err := find(lookupOf("x://"), missing); err == nil || !strings.Contains(err.Error(), Variable) {
		t.Errorf("error %v, want that the variable is named", err)
	}
}

// Files that TLS cannot use are named.
func TestClientFiles(t *testing.T) {
	junk := write(t, "junk.pem", "junk")
	for _, c := range []struct {
		config Config
		want   string
	}{
		{Config{CAFile: junk + "x"}, "ca_file: open " + junk + "x"},
		{Config{CAFile: junk}, "no PEM certificate in " + junk},
		{Config{CertFile: junk, KeyFile: junk}, "cert_file and key_file"},
	} {
		c.config.Endpoints = []string{"https://a:1"}
		if _, err := c.config.Client(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v, want %q", c.config, err, c.want)
		}
	}
}
