package caselog

import (
	"fmt"
	"strconv"
	"strings"
)

// ParseUses reads uses that are written down shortly: NAME for one unit, NAME=WEIGHT or
// NAME=shared, with commas between them.
func ParseUses(list string) (uses []Use, err error) {
	for part := range strings.SplitSeq(list, ",") {
		name, how, special := strings.Cut(part, "=")
		if name == "" {
			continue
		}
		u := Use{Group: name, Weight: 1, Shared: how == "shared"}
		if special && !u.Shared {
			if u.Weight, err = strconv.Atoi(how); err != nil {
				return nil, fmt.Errorf("%q is not NAME, NAME=WEIGHT or NAME=shared", part)
			}
		}
		uses = append(uses, u)
	}
	return uses, nil
}
