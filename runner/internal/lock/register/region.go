package register

import (
	"hash/fnv"

	"github.com/interlock-build/rules_interlock/runner/internal/group"
)

// A region is the bytes of a group: in the file for the queue tickets, and in
// the one for the units the rest. The bytes exist as offsets only.
const (
	regionBits = 34
	// Regions is how many regions a file has. An offset is at most 2^63-1.
	Regions = 1 << (63 - regionBits)

	maxTicket   = 1<<33 - 1 // tickets are 1 to that
	maxUnits    = 1 << 16
	sharedByte  = maxUnits
	definitions = 1 << 33 // begin there, 2^33 of them
)

// region is the offset of a region's first byte.
type region int64

func regionOf(number int64) region { return region(number << regionBits) }

// unit is the byte of a unit.
func (r region) unit(i int) int64 { return int64(r) + int64(i) }

// shared is the byte of all who share.
func (r region) shared() int64 { return int64(r) + sharedByte }

// ticket is the byte of a ticket.
func (r region) ticket(n int64) int64 { return int64(r) + n }

// definition is the byte of a definition: two that differ have the same one
// with a chance of 2^-33.
func (r region) definition(g group.Group) int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(g.Key + "\x00" + g.Definition.String()))
	return int64(r) + definitions + int64(h.Sum64()%definitions)
}
