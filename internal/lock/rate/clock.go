package rate

import "github.com/interlock-build/rules_interlock/internal/boottime"

func sinceBoot() (Instant, error) {
	now, err := boottime.Now()
	return Instant(now), err
}
