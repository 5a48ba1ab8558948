package instance

import (
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"
)

// reset removes the mark of who has used the instance.
func (c Config) reset() error {
	if err := c.say(Reset); err != nil {
		return err
	}
	if err := Ping(folder(), own()); err != nil {
		return err
	}
	early := happens(50)
	if early {
		if err := c.slip(); err != nil {
			return err
		}
	}
	time.Sleep(time.Duration(rand.Int64N(int64(30 * time.Millisecond))))
	if err := os.Remove(filepath.Join(folder(), UsedBy)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if !early {
		return c.slip()
	}
	return nil
}

// slip goes wrong now and then.
func (c Config) slip() error {
	if c.Slip == "" || !happens(25) {
		return nil
	}
	switch c.Slip {
	case SlipHangs:
		hang()
	case SlipDies:
		self, err := os.FindProcess(os.Getpid())
		if err != nil {
			return err
		}
		return self.Kill()
	}
	return errors.New("this reset fails now and then")
}
