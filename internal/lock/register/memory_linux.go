package register

import (
	"fmt"

	"github.com/interlock-build/rules_interlock/internal/lock/shm"
)

// remembersAlike makes sure that all holders of a group with a rate store its starts in the same
// memory: in a container, or in a sandbox with another /dev/shm, they could not see each other's
// starts. The caller is in the doorway.
func (u *units) remembersAlike() error {
	if !u.group.Rate.Limited() {
		return nil
	}
	identity, err := shm.Identity()
	if err != nil {
		return fmt.Errorf("%s: its rate: %w", u.group.Label, err)
	}
	own, first := u.region.memory(identity), u.region.memory(0)
	for _, others := range [][2]int64{{first, own}, {own + 1, first + memories}} {
		if _, found, err := u.units.first(others[0], others[1]); found || err != nil {
			if err == nil {
				err = fmt.Errorf("%s: this test has a /dev/shm of its own, so starts of others cannot be counted for the "+
					"group's rate: leave out --sandbox_tmpfs_path=/dev/shm, or let the container share the machine's /dev/shm", u.group.Label)
			}
			return err
		}
	}
	return u.units.announce(own, 1)
}
