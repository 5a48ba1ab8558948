package instance

import (
	"net"
	"os/signal"
	"path/filepath"
	"syscall"
)

// serve is the server: it tells everybody its id. It calls listening when it listens.
func (c Config) serve(listening func() error) error {
	if err := c.say(Server); err != nil {
		return err
	}
	if c.Stubborn {
		signal.Ignore(syscall.SIGTERM)
	}
	listener, err := net.Listen("unix", filepath.Join(folder(), socket))
	if err != nil {
		return err
	}
	if err := listening(); err != nil {
		return err
	}
	name := own()
	for {
		client, err := listener.Accept()
		if err != nil {
			return err
		}
		go func() {
			_, _ = client.Write([]byte(name))
			_ = client.Close()
		}()
	}
}
