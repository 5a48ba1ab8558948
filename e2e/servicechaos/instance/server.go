package instance

import (
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"
)

// serve is the server: it tells everybody its id. It calls listening when it listens.
func (c Config) serve(listening func() error) error {
	if err := c.say(Server); err != nil {
		return err
	}
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGTERM)
	go func() {
		<-told
		time.Sleep(c.Lingers)
		os.Exit(0)
	}()
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
