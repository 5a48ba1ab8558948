package gate

import (
	"testing"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"
)

// A name has all of an operation.
func TestNames(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := operation{
			request: &repb.ExecuteRequest{
				InstanceName:    rapid.String().Filter(isText).Draw(t, "instance"),
				SkipCacheLookup: rapid.Bool().Draw(t, "skip"),
				ActionDigest:    &repb.Digest{Hash: "abc", SizeBytes: rapid.Int64().Draw(t, "size")},
			},
			needs:     rapid.SliceOfNDistinct(anyNeed(), 0, 4, func(n need) string { return n.Key }).Draw(t, "needs"),
			place:     cluster.NewPlace(),
			forwarded: rapid.String().Draw(t, "forwarded"),
		}
		got, ours, err := parseName(want.name())
		if err != nil || !ours || !proto.Equal(got.request, want.request) || got.needs.text() != want.needs.text() ||
			got.place.ID != want.place.ID || !got.place.Resume || got.forwarded != want.forwarded {
			t.Fatalf("%+v, %v, want %+v", got, err, want)
		}
	})
}

func isText(s string) bool {
	_, err := proto.Marshal(&repb.ExecuteRequest{InstanceName: s})
	return err == nil
}

func anyNeed() *rapid.Generator[need] {
	return rapid.Custom(func(t *rapid.T) need {
		n := need{Key: rapid.StringMatching(`[a-z/]{1,9}`).Draw(t, "key"), Capacity: rapid.IntRange(1, 9).Draw(t, "capacity")}
		if n.Shared = rapid.Bool().Draw(t, "shared"); !n.Shared {
			n.Units = rapid.IntRange(1, n.Capacity).Draw(t, "units")
		}
		return n
	})
}

// No text makes parseNeeds or parseName crash, and what they accept is in order.
func FuzzParse(f *testing.F) {
	for _, text := range []string{oneOfDB, sharedDB, dbAndLLM, malformed, "", "[]", "null", namePrefix + "0123456789abcdef///"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if all, err := parseNeeds(text); err == nil {
			again, err := parseNeeds(all.text())
			if err != nil || len(again) != len(all) {
				t.Errorf("%q is read as %v, and then as %v, %v", text, all, again, err)
			}
			all.locks(0)
		}
		_, _, _ = parseName(text)
	})
}

func TestMalformedNeeds(t *testing.T) {
	for _, text := range []string{
		"", "{", "{}", `[{"key":""}]`, `[{"key":"a"}]`, `[{"key":"a","capacity":1}]`, `[{"key":"a","capacity":1,"units":2}]`,
		`[{"key":"a b","capacity":1,"units":1}]`, `[{"key":"a","capacity":1,"units":1,"shared":true}]`, oneOfDB + oneOfDB,
		`[{"key":"a","capacity":1,"units":1},{"key":"a","capacity":1,"units":1}]`, `[{"key":"a","capacity":1,"units":-1}]`,
		`[{"key":"a","capacity":1000000000,"units":1}]`, `[{"key":"a","capacity":1,"units":1,"more":1}]`,
	} {
		if got, err := parseNeeds(text); err == nil {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}
