package main

import (
	"reflect"
	"testing"
)

const list = `# comment
example.com/a@v1.0.0
example.com/b@v2.0.0 ./x/... . -test.short  # why
`

func TestModules(t *testing.T) {
	modules, err := parseModules(list)
	want := []module{
		{path: "example.com/a", version: "v1.0.0", packages: []string{"./..."}},
		{path: "example.com/b", version: "v2.0.0", packages: []string{"./x/...", "."}, args: []string{"-test.short"}},
	}
	if err != nil || !reflect.DeepEqual(modules, want) {
		t.Fatalf("got %v, %v", modules, err)
	}
	for asked, want := range map[string]module{
		"example.com/b":        modules[1],
		"example.com/b@v2.0.0": modules[1],
		"example.com/b@v3.0.0": {path: "example.com/b", version: "v3.0.0", packages: []string{"./..."}},
		"example.com/c":        {path: "example.com/c", version: "latest", packages: []string{"./..."}},
	} {
		if got := chooseModule(modules, asked); !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %v", asked, got)
		}
	}
}

func TestModuleWithoutVersion(t *testing.T) {
	for _, text := range []string{"example.com/a", "example.com/a@"} {
		if _, err := parseModules(text); err == nil {
			t.Errorf("%s: no error", text)
		}
	}
}

func TestNumbers(t *testing.T) {
	var n numbers
	if err := n.Set("1,2,5"); err != nil || !reflect.DeepEqual(n, numbers{1, 2, 5}) {
		t.Errorf("got %v, %v", n, err)
	}
	for _, text := range []string{"", "1,", "-1", "two"} {
		if err := n.Set(text); err == nil {
			t.Errorf("%q: no error", text)
		}
	}
}
