package suites

import (
	"strings"
	"testing"
)

func TestParts(t *testing.T) {
	s := goSuite{name: "pgx"}
	for target, want := range map[string]string{"//pgx:test": ".", "//pgx/pgconn:test": "pgconn", "//pgx/pgtype/zeronull:test": "pgtype/zeronull"} {
		if got := s.partOf(target); got != want {
			t.Errorf("%s: got %q, want %q", target, got, want)
		}
	}
}

func TestFilesAreDealtOut(t *testing.T) {
	files := []string{"tests/test_a.py", "tests/test_b.py", "tests/test_c.py", "tests/test_d.py", "tests/test_e.py"}
	text := pytestSuite{name: "p", server: postgres, targets: 2}.buildFile(Place{Workers: 1}, files)
	for _, file := range files {
		if n := strings.Count(text, `"`+file+`"`); n != 1 {
			t.Errorf("%s is in %d targets", file, n)
		}
	}
	if n := strings.Count(text, "pytest_test("); n != 2 {
		t.Errorf("%d targets", n)
	}
}

func TestNamed(t *testing.T) {
	if all, err := Named(nil); err != nil || len(all) != len(All) {
		t.Errorf("got %v, %v", all, err)
	}
	if some, err := Named([]string{"pgx"}); err != nil || len(some) != 1 || some[0].Name() != "pgx" {
		t.Errorf("got %v, %v", some, err)
	}
	if none, err := Named([]string{"other"}); err == nil {
		t.Errorf("got %v", none)
	}
}

// What the setup says takes the place of fields, also in what is not a whole value.
func TestAnswer(t *testing.T) {
	fields, err := readAnswer(strings.NewReader(`{"pid": 4, "resources": [{"socket_dir": "/tmp/s", "id": "i"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	env := postgres.variables("/log").replaced(fields)
	if env["PGHOST"] != "/tmp/s" || env["PGX_TEST_DATABASE"] != "host=/tmp/s user=postgres database=services" || env["SERVICES_INSTANCE"] != "i" {
		t.Errorf("got %v", env)
	}
	for _, text := range []string{"", "{", `{"resources": []}`, `{"resources": [{"a": 1}]}`} {
		if _, err := readAnswer(strings.NewReader(text)); err == nil {
			t.Errorf("%q: no error", text)
		}
	}
}
