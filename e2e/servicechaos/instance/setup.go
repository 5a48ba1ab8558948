package instance

import (
	crand "crypto/rand"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// setup starts an instance and prints what is known of it.
func (c Config) setup(config string) error {
	if err := os.WriteFile(filepath.Join(folder(), id), []byte(crand.Text()), 0o644); err != nil {
		return err
	}
	if err := c.say(Setup); err != nil {
		return err
	}
	time.Sleep(time.Duration(rand.Int64N(int64(c.Slow) + 1)))
	if happens(c.Fails) {
		return errors.New("this setup fails now and then")
	}
	if c.Style == Itself {
		return c.serve(func() error { return answer(os.Getpid()) })
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	server := exec.Command(self, string(Server), config)
	server.Stderr = os.Stderr
	if c.Style == Daemon {
		server.SysProcAttr = ownSession()
	}
	if err := server.Start(); err != nil {
		return err
	}
	for c.Awaited && Ping(folder(), own()) != nil {
		time.Sleep(5 * time.Millisecond)
	}
	if c.Style != Beside {
		return answer(server.Process.Pid)
	}
	if err := answer(os.Getpid()); err != nil {
		return err
	}
	_ = server.Wait()
	hang() // its server is gone, and it does not notice
	return nil
}

// answer prints what the runner or the keeper wants to know.
func answer(pid int) error {
	return json.NewEncoder(os.Stdout).Encode(map[string]any{
		"pid": pid, "resources": []map[string]string{{"id": own(), "dir": folder()}},
	})
}
