package gate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster"
)

const (
	// Variable is the environment variable in which our rule says which groups a test holds. Its
	// value is a JSON list of objects such as {"key": "acme/llm", "capacity": 4, "units": 1}, or
	// with "shared": true in place of units.
	Variable = "INTERLOCK_GATE"
	// Property is the execution property that means the same.
	Property = "interlock-gate"
)

const (
	maxText     = 16 << 10
	maxGroups   = 16
	maxKey      = 200
	maxCapacity = 10_000
)

// need is what a test holds of one group.
type need struct {
	Key      string `json:"key"`
	Capacity int    `json:"capacity"`
	Units    int    `json:"units,omitempty"`
	Shared   bool   `json:"shared,omitempty"`
}

// needs is what a test holds.
type needs []need

// textOf returns what a command says about its groups; empty if it says nothing.
func textOf(action *repb.Action, command *repb.Command) string {
	for _, variable := range command.GetEnvironmentVariables() {
		if variable.GetName() == Variable {
			return variable.GetValue()
		}
	}
	//lint:ignore SA1019 clients of older versions of the API have it only in the command
	for _, platform := range []*repb.Platform{action.GetPlatform(), command.GetPlatform()} {
		for _, property := range platform.GetProperties() {
			if property.GetName() == Property {
				return property.GetValue()
			}
		}
	}
	return ""
}

// parseNeeds reads needs strictly. They may come from anybody.
func parseNeeds(text string) (needs, error) {
	if len(text) > maxText {
		return nil, fmt.Errorf("%d bytes are too many", len(text))
	}
	var all needs
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&all); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, errors.New("more than one JSON value")
	}
	if len(all) > maxGroups {
		return nil, fmt.Errorf("%d groups: at most %d are possible", len(all), maxGroups)
	}
	for i, n := range all {
		if err := n.check(); err != nil {
			return nil, err
		}
		if slices.ContainsFunc(all[:i], func(other need) bool { return other.Key == n.Key }) {
			return nil, fmt.Errorf("%q is there twice", n.Key)
		}
	}
	return all, nil
}

func (n need) check() error {
	switch {
	case n.Key == "" || len(n.Key) > maxKey || strings.ContainsFunc(n.Key, func(r rune) bool { return r <= ' ' || r > '~' }):
		return fmt.Errorf("the key %q is not 1 to %d visible ASCII characters", n.Key, maxKey)
	case n.Capacity < 1 || n.Capacity > maxCapacity:
		return fmt.Errorf("%s: the capacity %d is not from 1 to %d", n.Key, n.Capacity, maxCapacity)
	case n.Shared && n.Units != 0:
		return fmt.Errorf("%s: shared use has no units", n.Key)
	case !n.Shared && (n.Units < 1 || n.Units > n.Capacity):
		return fmt.Errorf("%s: %d units are not from 1 to its capacity, %d", n.Key, n.Units, n.Capacity)
	}
	return nil
}

// text is what parseNeeds reads.
func (all needs) text() string {
	var text bytes.Buffer
	_ = json.NewEncoder(&text).Encode(all) // of strings and numbers: it cannot fail
	return strings.TrimSpace(text.String())
}

// keys are the keys of the groups.
func (all needs) keys() []string {
	var keys []string
	for _, n := range all {
		keys = append(keys, n.Key)
	}
	return keys
}

// locks returns the needs as the lock code wants them, with ahead more units of each group.
func (all needs) locks(ahead int) (groups []group.Group, wants []group.Need) {
	for _, n := range all {
		groups = append(groups, group.Group{
			Label: n.Key, Name: n.Key, Scope: group.Cluster, Key: n.Key,
			Definition: group.Definition{Capacity: n.Capacity + ahead},
		})
		want := group.Need{Group: n.Key, Weight: min(n.Units, cluster.MaxWeight)}
		if n.Shared {
			want.Mode, want.Weight = group.Shared, 1
		}
		wants = append(wants, want)
	}
	return groups, wants
}
