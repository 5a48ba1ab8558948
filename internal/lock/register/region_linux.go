package register

import (
	"fmt"
	"hash/fnv"

	"github.com/interlock-build/rules_interlock/internal/group"
)

// A region is the bytes of a group. The queue file has the tickets and the pulse, and the units
// file has the rest. The bytes exist only as offsets.
const (
	maxTicket = 1<<33 - 1 // tickets are 1 to that
	pulses    = 1 << 33   // where the bytes of the pulse begin
	// pulseBytes is more than the number of beats between two looks.
	pulseBytes = 1 << 16

	sharedByte = MaxCapacity
	// memories is where the bytes for the shared memories with starts begin, and how many there
	// are.
	memories = 1 << 32
	// definitions is where the bytes for definitions begin. The number of a definition is the
	// capacity, followed by a hash of the rest.
	definitions = 1 << 33
	hashBits    = 33 - capacityBits
)

// region is the offset of a region's first byte.
type region int64

func (p Place) region() region { return region(p.Region << regionBits) }

// unit is the byte of a unit.
func (r region) unit(i int) int64 { return int64(r) + int64(i) }

// shared is the byte for all shared holders.
func (r region) shared() int64 { return int64(r) + sharedByte }

// memory is the byte of a shared memory with an identity.
func (r region) memory(identity uint64) int64 {
	return int64(r) + memories + int64(identity%memories)
}

// ticket is the byte of a ticket.
func (r region) ticket(n int64) int64 { return int64(r) + n }

// pulse is a byte of the pulse.
func (r region) pulse(beat int) int64 { return int64(r) + pulses + int64(beat%pulseBytes) }

// definitions is the first byte for definitions.
func (r region) definitions() int64 { return int64(r) + definitions }

// definition is the byte of a definition. Two definitions with the same capacity but other
// differences, or two groups whose keys happen to share a region, have the same byte with a
// probability of 2^-22.
func (r region) definition(g group.Group) int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(g.Key + "\x00" + g.Definition.String()))
	return r.definitions() + int64(g.Capacity)<<hashBits + int64(h.Sum64()%(1<<hashBits))
}

// otherDefinition describes the definition at a byte, which differs from the one of g.
func (r region) otherDefinition(at int64, g group.Group) string {
	if capacity := int((at - r.definitions()) >> hashBits); capacity != g.Capacity {
		return fmt.Sprintf("capacity %d", capacity)
	}
	return "another rate, other instances or another setup"
}

// checkCapacity refuses capacities that no rule writes.
func checkCapacity(g group.Group) error {
	if g.Capacity > MaxCapacity {
		return fmt.Errorf("%s: capacity %d: this runner knows at most %d", g.Label, g.Capacity, MaxCapacity)
	}
	return nil
}
