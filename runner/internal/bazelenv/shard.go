package bazelenv

// Shard is one of several processes that divide a test's cases among them.
type Shard struct {
	// Index is 0-based and below Total.
	Index int
	// Total is the number of shards, 1 if the test is not sharded.
	Total int
	// StatusFile has to be touched by a runner that shards; empty if the test is not sharded. If
	// it is not touched, Bazel assumes that a passing test ran everything in every shard
	// (--incompatible_check_sharding_support).
	StatusFile string
}

// shard reads three variables, all or none of which Bazel sets. A TEST_TOTAL_SHARDS of 0 means
// unsharded, as with other runners.
func (p *parser) shard() Shard {
	total := p.number("TEST_TOTAL_SHARDS", 0)
	if total == 0 {
		if index := p.text("TEST_SHARD_INDEX"); index != "" && index != "0" {
			p.fail("TEST_SHARD_INDEX", "%q: set although TEST_TOTAL_SHARDS is not", index)
		}
		return Shard{Total: 1}
	}
	s := Shard{Total: total, Index: p.number("TEST_SHARD_INDEX", 0), StatusFile: p.text("TEST_SHARD_STATUS_FILE")}
	if p.text("TEST_SHARD_INDEX") == "" {
		p.fail("TEST_SHARD_INDEX", "not set although TEST_TOTAL_SHARDS is %d", total)
	}
	if s.Index >= total {
		p.fail("TEST_SHARD_INDEX", "%d: want it below TEST_TOTAL_SHARDS, which is %d", s.Index, total)
	}
	if s.StatusFile == "" {
		p.fail("TEST_SHARD_STATUS_FILE", "not set although TEST_TOTAL_SHARDS is %d", total)
	}
	return s
}
