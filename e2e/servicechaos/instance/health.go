package instance

import (
	"errors"
	"os"
	"path/filepath"
)

// health says whether the instance works, or something else.
func (c Config) health() error {
	if err := c.say(Health); err != nil {
		return err
	}
	mark := filepath.Join(folder(), up)
	if _, err := os.Stat(mark); err == nil && c.Lie == Well {
		return nil
	}
	switch {
	case c.Lie == Ill && happens(25):
		return errors.New("this is a lie")
	case c.Lie == Hangs && happens(10):
		hang()
	}
	if err := Ping(folder(), own()); err != nil {
		return err
	}
	// A borrower cannot write there in every sandbox.
	_ = os.WriteFile(mark, nil, 0o644)
	return nil
}
