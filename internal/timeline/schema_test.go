package timeline_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/google/jsonschema-go/jsonschema"
	"github.com/interlock-build/rules_interlock/internal/timeline"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write docs/reference/timeline.schema.json instead of comparing")

const schemaPath = "../../docs/reference/timeline.schema.json"

// schemaOf returns the schema of the file, with the comments of its types as descriptions.
func schemaOf(t *testing.T) *jsonschema.Schema {
	t.Helper()
	schema, err := jsonschema.For[timeline.File](&jsonschema.ForOptions{TypeSchemas: map[reflect.Type]*jsonschema.Schema{
		reflect.TypeFor[timeline.Outcome](): {Type: "string", Enum: []any{"fail", "error", "skip"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	schema.Schema, schema.Title = "https://json-schema.org/draft/2020-12/schema", "timeline.json of rules_interlock, version 1"
	describe(schema, reflect.TypeFor[timeline.File](), comments(t))
	version := any(timeline.Version)
	schema.Properties["version"].Const = &version
	return schema
}

// comments returns the comments of the fields of the package's types.
func comments(t *testing.T) map[string]string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "timeline.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.TypeSpec)
		if !ok {
			return true
		}
		if fields, ok := spec.Type.(*ast.StructType); ok {
			for _, f := range fields.Fields.List {
				for _, name := range f.Names {
					all[spec.Name.Name+"."+name.Name] = strings.Join(strings.Fields(f.Doc.Text()), " ")
				}
			}
		}
		return true
	})
	return all
}

// describe adds descriptions to what a type's schema has. Readers accept what later versions add.
func describe(schema *jsonschema.Schema, of reflect.Type, comments map[string]string) {
	if of.Kind() == reflect.Slice {
		schema.Types, schema.Type = nil, "array"
		describe(schema.Items, of.Elem(), comments)
		return
	}
	if of.Kind() != reflect.Struct || schema.Properties == nil {
		return
	}
	schema.AdditionalProperties = nil
	for _, field := range reflect.VisibleFields(of) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if property := schema.Properties[name]; property != nil {
			property.Description = comments[ownerOf(of, field)+"."+field.Name]
			describe(property, field.Type, comments)
		}
	}
}

func ownerOf(of reflect.Type, field reflect.StructField) string {
	for _, at := range field.Index[:len(field.Index)-1] {
		of = of.Field(at).Type
	}
	return of.Name()
}

func TestSchema(t *testing.T) {
	want, err := json.MarshalIndent(schemaOf(t), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	want = append(want, '\n')
	if *update {
		if err := os.WriteFile(schemaPath, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(schemaPath)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("%v: %s is not the schema of the file. Run: go test ./internal/timeline -update", err, schemaPath)
	}
	if text := string(want); !strings.Contains(text, "Started is when it held its groups") || strings.Contains(text, "null") {
		t.Errorf("the schema is %s", text)
	}
}

func TestFilesAreOfTheSchema(t *testing.T) {
	text, err := os.ReadFile(schemaPath)
	if err != nil {
		t.Fatal(err)
	}
	var schema jsonschema.Schema
	if err := json.Unmarshal(text, &schema); err != nil {
		t.Fatal(err)
	}
	resolved, err := schema.Resolve(nil)
	if err != nil {
		t.Fatal(err)
	}
	valid := func(text string) error {
		var value any
		if err := json.Unmarshal([]byte(text), &value); err != nil {
			return err
		}
		return resolved.Validate(value)
	}
	rapid.Check(t, func(t *rapid.T) {
		var text bytes.Buffer
		if err := files().Draw(t, "file").Write(&text); err != nil {
			t.Fatal(err)
		}
		if err := valid(text.String()); err != nil {
			t.Errorf("%v: %s", err, text.String())
		}
	})
	for _, wrong := range []string{
		`{}`, `{"version":2,"label":"","shards":1,"start":"","workers":1,"listing":{"to":1},"cases":[]}`,
		`{"version":1,"label":"","shards":1,"start":"","workers":1,"listing":{"to":1},"cases":[{"name":"x","attempts":[{"outcome":"bad"}]}]}`,
	} {
		if valid(wrong) == nil {
			t.Errorf("%s counts as valid", wrong)
		}
	}
}
