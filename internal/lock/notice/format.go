package notice

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/register"
)

// Bounds of the content of a file. A runner does not publish what exceeds them. All files
// together have bounds of their own.
const (
	maxFile = 1 << 18
	maxUses = 1024
)

// version is the version of the format. Other releases may have another one.
const version = 1

// content is the content of a file.
type content struct {
	Version int   `json:"version"`
	Uses    []Use `json:"uses"`
}

// encode writes as many of uses as fit into a file.
func encode(uses []Use) ([]byte, error) {
	uses = uses[:min(len(uses), maxUses)]
	for {
		text, err := json.Marshal(content{Version: version, Uses: uses})
		if err != nil || len(text) <= maxFile {
			return text, err
		}
		uses = uses[:len(uses)/2]
	}
}

// Parse reads what a runner publishes. It may come from anybody, so Parse checks all of it: its
// length, the numbers, and that text is fit for a terminal.
func Parse(text []byte) ([]Use, error) {
	if len(text) > maxFile {
		return nil, fmt.Errorf("longer than %d bytes", maxFile)
	}
	var c content
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&c); err != nil {
		return nil, err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return nil, errors.New("more than one JSON value")
	}
	if c.Version != version {
		return nil, fmt.Errorf("version %d, but version %d is known here: it is of another release", c.Version, version)
	}
	if len(c.Uses) > maxUses {
		return nil, fmt.Errorf("more than %d uses", maxUses)
	}
	for i, u := range c.Uses {
		if err := u.check(); err != nil {
			return nil, fmt.Errorf("use %d: %w", i, err)
		}
	}
	return c.Uses, nil
}

func (u Use) check() error {
	d := u.Definition
	switch {
	case u.Scope != group.Build && u.Scope != group.Host:
		return fmt.Errorf("scope %q", u.Scope)
	case u.Identity == "" || u.Label == "" || u.Scope.Keyed() != (u.Key != ""):
		return fmt.Errorf("a group with the identity %q, the label %q and the key %q", u.Identity, u.Label, u.Key)
	case d.Capacity < 1 || d.Capacity > register.MaxCapacity:
		return fmt.Errorf("capacity %d", d.Capacity)
	case len(d.Instances) > 0 && len(d.Instances) != d.Capacity:
		return fmt.Errorf("%d instances for capacity %d", len(d.Instances), d.Capacity)
	case u.Mode == group.Shared && u.Weight != 1, u.Weight < 1, u.Weight > d.Capacity:
		return fmt.Errorf("weight %d", u.Weight)
	case u.State != Holding && u.State != Waiting:
		return fmt.Errorf("state %q", u.State)
	case u.User.Since.IsZero():
		return errors.New("a use without a beginning")
	}
	if err := u.checkSlots(); err != nil {
		return err
	}
	for _, text := range append(u.texts(), d.Instances...) {
		if text != lock.Clean(text) {
			return fmt.Errorf("%q is not fit for a terminal, or too long", text[:min(len(text), 100)])
		}
	}
	return nil
}

func (u Use) checkSlots() error {
	if len(u.Slots) > 0 && (u.State != Holding || u.Mode != group.Exclusive || len(u.Slots) != u.Weight) {
		return fmt.Errorf("%d units for a weight of %d, %s and %s", len(u.Slots), u.Weight, u.Mode, u.State)
	}
	for i, slot := range u.Slots {
		if slot < 0 || slot >= u.Definition.Capacity || i > 0 && slot <= u.Slots[i-1] {
			return fmt.Errorf("unit %d", slot)
		}
	}
	return nil
}

func (u Use) texts() []string {
	return []string{u.Identity, u.Label, u.Key, u.User.Target, u.User.Case}
}

// cleaned returns u in a form that check accepts.
func (u Use) cleaned() Use {
	for _, text := range []*string{&u.Identity, &u.Label, &u.Key, &u.User.Target, &u.User.Case} {
		*text = lock.Clean(*text)
	}
	u.Definition.Instances = slices.Clone(u.Definition.Instances)
	for i, name := range u.Definition.Instances {
		u.Definition.Instances[i] = lock.Clean(name)
	}
	return u
}
