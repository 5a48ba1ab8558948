package command

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/interlock-build/rules_interlock/internal/keeper"
	"github.com/interlock-build/rules_interlock/tools/interlock/services"
)

// Services starts and ends the keeper of this user's services: up, down [--now], and serve, which
// is the keeper itself.
func Services(ctx context.Context, i Invocation) error {
	flags := newFlags()
	now := flags.Bool("now", false, "")
	words, err := parse(flags, i.Args)
	if err != nil {
		return err
	}
	switch strings.Join(words, " ") {
	case "up":
		return i.servicesUp()
	case "down":
		return i.servicesDown(*now)
	case "serve":
		return i.serveServices(ctx)
	}
	return usageError("services is followed by up, down or serve, and not by %q", words)
}

// servicesUp makes a keeper stay until it is told to end.
func (i Invocation) servicesUp() error {
	c, reply, err := i.join(keeper.Request{Version: keeper.Version, Pin: true})
	if err != nil {
		return err
	}
	c.Close()
	i.say("the keeper of services is up (process %d)", reply.PID)
	return nil
}

// servicesDown ends the keeper. Without now it waits for those who use a service.
func (i Invocation) servicesDown(now bool) error {
	c, err := keeper.Dial()
	if errors.Is(err, keeper.ErrNone) {
		i.say("no keeper of services is up")
		return nil
	}
	if err != nil {
		return err
	}
	defer c.Close()
	_ = c.Send(keeper.Request{Version: keeper.Version, Down: &keeper.Down{Now: now}}) // Receive fails if it cannot be told
	for said := ""; ; {
		var reply keeper.Reply
		if err := c.Receive(&reply, answering); errors.Is(err, keeper.ErrSilent) {
			return i.endSilent(c, now, err)
		} else if err != nil {
			i.say("the keeper of services has ended")
			return nil
		}
		if text := usersOf(reply.Services); text != "" && text != said {
			i.say("waiting for %s; end them with --now", text)
			said = text
		}
	}
}

// endSilent ends a keeper that does not answer, if nobody is to be waited for. Its guardian ends its
// services.
func (i Invocation) endSilent(c *keeper.Connection, now bool, why error) error {
	if !now {
		return unanswered(why)
	}
	pid, err := c.Kill()
	if err != nil {
		return fmt.Errorf("the keeper of services does not answer, and cannot be killed: %w", err)
	}
	i.say("the keeper of services (process %d) does not answer, and was killed with its services", pid)
	return nil
}

func unanswered(why error) error {
	return fmt.Errorf("the keeper of services does not answer: %w\nhint: end it with `interlock services down --now`", why)
}

// usersOf says who uses which services.
func usersOf(all []keeper.Service) string {
	var users []string
	for _, s := range all {
		if s.Borrower != "" {
			users = append(users, fmt.Sprintf("%s, which has %s", s.Borrower, s.Name))
		}
	}
	return strings.Join(users, ", and ")
}

// greet sends the first request on a connection and returns the answer.
func greet(c *keeper.Connection, r keeper.Request) (reply keeper.Reply, err error) {
	if err = c.Send(r); err == nil {
		err = c.Receive(&reply, answering)
	}
	switch {
	case errors.Is(err, keeper.ErrSilent):
		return reply, unanswered(err)
	case err != nil:
		return reply, fmt.Errorf("%w: %w", errEnded, err)
	case reply.Version != keeper.Version:
		return reply, errors.New("the keeper of services is of another release\nhint: end it with `interlock services down`")
	}
	return reply, nil
}

// errEnded says that the keeper has ended before it could answer.
var errEnded = errors.New("the keeper of services has just ended")

// answering is how long a keeper may take to answer.
const answering = 10 * time.Second

// starting is how long a keeper may take to start, which waits for the last one to end.
const starting = 45 * time.Second

// join asks a keeper to stay. It starts one if there is none, and waits for one that is ending.
func (i Invocation) join(r keeper.Request) (*keeper.Connection, keeper.Reply, error) {
	said := false
	for deadline := time.Now().Add(starting); ; time.Sleep(20 * time.Millisecond) {
		c, err := i.keeper()
		if err != nil {
			return nil, keeper.Reply{}, err
		}
		reply, err := greet(c, r)
		if err == nil && reply.Refused == "" {
			return c, reply, nil
		}
		c.Close()
		if errors.Is(err, errEnded) && time.Now().Before(deadline) {
			continue
		}
		if err != nil {
			return nil, reply, err
		}
		if !said {
			i.say("waiting for the last keeper of services to end; end it at once with `interlock services down --now`")
			said = true
		}
	}
}

// keeper returns a connection to the keeper, which it starts if there is none.
func (i Invocation) keeper() (*keeper.Connection, error) {
	c, err := keeper.Dial()
	if !errors.Is(err, keeper.ErrNone) {
		return c, err
	}
	log, err := i.startKeeper()
	if err != nil {
		return nil, err
	}
	for deadline := time.Now().Add(starting); ; time.Sleep(5 * time.Millisecond) {
		if c, err = keeper.Dial(); !errors.Is(err, keeper.ErrNone) {
			return c, err
		}
		if time.Now().After(deadline) {
			text, _ := os.ReadFile(log)
			return nil, fmt.Errorf("the keeper of services does not start: %s", strings.TrimSpace(string(text)))
		}
	}
}

// startKeeper starts a keeper in a session of its own, and returns the path of its log.
func (i Invocation) startKeeper() (log string, err error) {
	dir, err := i.servicesDir()
	if err != nil {
		return "", err
	}
	log = filepath.Join(dir, "keeper.log")
	file, err := os.OpenFile(log, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return "", err
	}
	defer func() { _ = file.Close() }()
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	process, err := os.StartProcess(self, []string{self, "services", "serve"}, &os.ProcAttr{
		Dir: "/", Env: os.Environ(), Files: []*os.File{nil, file, file}, Sys: inOwnSession(),
	})
	if err != nil {
		return "", err
	}
	return log, process.Release()
}

// servicesDir returns the folder for the files of services, which only this user may enter. Tests
// see it in every sandbox: unlike the system's folder for temporary files.
func (i Invocation) servicesDir() (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", fmt.Errorf("services need a folder: %w\nhint: set HOME or XDG_CACHE_HOME", err)
	}
	dir := filepath.Join(cache, "interlock", "services")
	return dir, os.MkdirAll(dir, 0o700)
}

// serveServices is a keeper, until it is told to end.
func (i Invocation) serveServices(ctx context.Context) error {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	dir, err := i.servicesDir()
	if err != nil {
		return err
	}
	l, folder, err := services.Listen()
	if errors.Is(err, services.ErrUp) {
		i.say("%v", err)
		return nil
	}
	if err != nil {
		return err
	}
	services.Clear(dir, "unit-*")
	services.Clear(folder, "il*")
	services.New(services.Options{Dir: dir, LinkDir: folder, Say: func(text string) {
		i.say("%s %s", time.Now().Format(time.DateTime), text)
	}}).Serve(ctx, l)
	return nil
}
