// Package state is what the groups of scope cluster are in etcd: the names of
// the keys, the values, and how both are read.
//
// A group has its keys below the namespace and its own key, escaped so that the keys of two
// groups are never mixed:
//
//	definitions/HASH/USE  a use's definition of the group, and its user
//	queue/TICKET          a use that waits
//	rate/last             the slot of the last start
//	rate/slots/SLOT       a start that counts against the rate
//	shared/USE            a use that shares the group
//	units/NUMBER          the use that holds a unit exclusively
//
// The lease of a process is outside of the groups, at !sessions/LEASE, and so are the groups that
// the gate hands out, below !gate/.
//
// The keys below rate/ hang on a lease that lives as long as the rate's window. The others hang
// on the lease of the process that has the use.
package state

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/interlock-build/rules_interlock/internal/group"
)

const (
	definitions = "definitions/"
	queue       = "queue/"
	lastStart   = "rate/last"
	slots       = "rate/slots/"
	shared      = "shared/"
	units       = "units/"
)

// sessions begins with a character that no escaped key of a group has.
const sessions = "!sessions/"

// Session is the key of a process's lease, in a namespace that ends with a slash.
func Session(namespace string, lease int64) string {
	return fmt.Sprintf("%s%s%016x", namespace, sessions, lease)
}

// IsSession reports whether a key belongs to a process's lease.
func IsSession(namespace, key string) bool { return strings.HasPrefix(key, namespace+sessions) }

// gate begins with such a character too.
const gate = "!gate/"

// GateNamespace is the namespace of the groups that `interlock gate` hands out, inside the
// namespace of the groups themselves. Both end with a slash.
func GateNamespace(namespace string) string { return namespace + gate }

// IsOfGate reports whether a key is in the gate's namespace.
func IsOfGate(namespace, key string) bool { return strings.HasPrefix(key, namespace+gate) }

// Range is the keys from From on and before To.
type Range struct{ From, To string }

// Prefixed is the range of all keys that begin with prefix, which ends with a slash.
func Prefixed(prefix string) Range { return Range{prefix, strings.TrimSuffix(prefix, "/") + "0"} }

// Has reports whether a key is in the range.
func (r Range) Has(key string) bool { return r.From <= key && key < r.To }

// numbered is the range of the keys that begin with prefix and a digit of a number
// to a base of at most 16. It leaves out much of what others may write there.
func numbered(prefix string) Range { return Range{prefix + "0", prefix + "g"} }

// Only is the range of one key.
func Only(key string) Range { return Range{key, key + "\x00"} }

// Keys are the names of the keys of one group.
type Keys struct{ prefix string }

// KeysOf returns the names of the keys of the group with that key, in a
// namespace that ends with a slash.
func KeysOf(namespace, key string) Keys {
	return Keys{namespace + url.PathEscape(key) + "/"}
}

// Definition is the key of a use's definition of the group.
func (k Keys) Definition(d group.Definition, use string) string {
	return k.prefix + definitions + hash(d) + "/" + use
}

// OtherDefinitions are the ranges of definitions that differ from d.
func (k Keys) OtherDefinitions(d group.Definition) [2]Range {
	all, own := Prefixed(k.prefix+definitions), Prefixed(k.prefix+definitions+hash(d)+"/")
	return [2]Range{{all.From, own.From}, {own.To, all.To}}
}

// hash tells definitions apart.
func hash(d group.Definition) string {
	text, _ := json.Marshal(d) // of numbers and strings: it cannot fail
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

// Queue is the range of all tickets.
func (k Keys) Queue() Range { return numbered(k.prefix + queue) }

// Ticket is the key of the ticket of a use that asked at a revision. Tickets sort in the order of
// the requests.
func (k Keys) Ticket(revision int64, use string) string {
	return fmt.Sprintf("%s%s%016x.%s", k.prefix, queue, revision, use)
}

// Before is the range of the tickets before one.
func (k Keys) Before(ticket string) Range { return Range{k.Queue().From, ticket} }

// Shortly is the range of the tickets before one that are at most so many revisions older.
func (k Keys) Shortly(ticket string, revisions int64) Range {
	all := k.Before(ticket)
	revision, err := strconv.ParseInt(ticket[len(k.prefix+queue):][:16], 16, 64)
	if err != nil || revision <= revisions {
		return all
	}
	return Range{fmt.Sprintf("%s%s%016x", k.prefix, queue, revision-revisions), all.To}
}

// IsTicket reports whether Ticket could have returned a key.
func (k Keys) IsTicket(key string) bool {
	name, ok := strings.CutPrefix(key, k.prefix+queue)
	revision, use, cut := strings.Cut(name, ".")
	return ok && cut && len(revision) == 16 && isHex(revision) && isID(use)
}

// Unit is the key of a unit.
func (k Keys) Unit(number int) string { return fmt.Sprintf("%s%s%05d", k.prefix, units, number) }

// Units is the range of all units.
func (k Keys) Units() Range { return numbered(k.prefix + units) }

// UnitOf returns the number of the unit that a key stands for.
func (k Keys) UnitOf(key string) (number int, ok bool) {
	return numberIn(strings.CutPrefix(key, k.prefix+units))
}

// Share is the key of a use that shares the group.
func (k Keys) Share(use string) string { return k.prefix + shared + use }

// Shares is the range of all shares.
func (k Keys) Shares() Range { return numbered(k.prefix + shared) }

// IsShare reports whether Share could have returned a key.
func (k Keys) IsShare(key string) bool {
	use, ok := strings.CutPrefix(key, k.prefix+shared)
	return ok && isID(use)
}

// Holders is the range of all shares and units.
func (k Keys) Holders() Range { return Range{k.Shares().From, k.Units().To} }

// Slot is the key of a start.
func (k Keys) Slot(number int) string { return fmt.Sprintf("%s%s%05d", k.prefix, slots, number) }

// SlotsFrom is the range of the slots from number on.
func (k Keys) SlotsFrom(number int) Range {
	return Range{k.Slot(number), numbered(k.prefix + slots).To}
}

// SlotOf returns the number of the slot that a key stands for.
func (k Keys) SlotOf(key string) (number int, ok bool) {
	return numberIn(strings.CutPrefix(key, k.prefix+slots))
}

// LastStart is the key of the slot number of the last start.
func (k Keys) LastStart() string { return k.prefix + lastStart }

// isID reports whether a text is the ID of a use: two numbers in base 16.
func isID(text string) bool {
	lease, count, ok := strings.Cut(text, ".")
	return ok && isHex(lease) && isHex(count)
}

func isHex(text string) bool { return text != "" && strings.Trim(text, "0123456789abcdef") == "" }

// numberIn reads what Unit and Slot write, if ok.
func numberIn(text string, ok bool) (int, bool) {
	n, err := strconv.ParseUint(text, 10, 31)
	return int(n), ok && err == nil && fmt.Sprintf("%05d", n) == text
}
