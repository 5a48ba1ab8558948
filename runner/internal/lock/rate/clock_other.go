//go:build !linux

package rate

import "errors"

func sinceBoot() (Instant, error) {
	return 0, errors.New("there is no clock that all processes of the machine share and that nobody can set")
}
