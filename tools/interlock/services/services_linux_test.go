package services_test

import (
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/keeper"
	"github.com/interlock-build/rules_interlock/tools/interlock/services"
)

func TestNoKeeper(t *testing.T) {
	w := newWorld(t)
	w.end()
	_, err := w.try(w.use("//:a", w.program("up", server), nil, nil))
	if !errors.Is(err, keeper.ErrNone) {
		t.Errorf("error %v", err)
	}
}

func TestOneKeeperAtATime(t *testing.T) {
	newWorld(t)
	if _, _, err := services.Listen(); !errors.Is(err, services.ErrUp) {
		t.Errorf("error %v", err)
	}
}

// A keeper that is told to end waits for those who use a service, unless it has to end at once.
func TestEndWaitsForBorrowers(t *testing.T) {
	w := newWorld(t)
	use := w.use("//:a", w.program("up", server), nil, nil)
	loan := w.borrow(use)
	w.keeper.End(false)
	time.Sleep(50 * time.Millisecond)
	if err := loan.Confirm(); err != nil {
		t.Errorf("lost while in use: %v", err)
	}
	if _, err := w.try(use); err == nil {
		t.Error("it still lends")
	}
	loan.Stop()
	w.served.Wait()
	w.wantLog("up db0", "down db0")
}

func TestEndAtOnce(t *testing.T) {
	w := newWorld(t)
	loan := w.borrow(w.use("//:a", w.program("up", server), nil, nil))
	w.end()
	wantGone(t, loan)
	w.wantLog("up db0", "down db0")
}

// The keeper stays as long as somebody is attached.
func TestAttached(t *testing.T) {
	w := newWorld(t)
	var attached []*keeper.Connection
	for range 2 {
		c, reply := w.send(keeper.Request{Version: keeper.Version, Attach: true})
		if reply.PID != os.Getpid() {
			t.Errorf("process %d", reply.PID)
		}
		attached = append(attached, c)
	}
	use := w.use("//:a", w.program("up", server), nil, nil)
	attached[0].Close()
	w.borrow(use).Stop()
	attached[1].Close()
	w.served.Wait()
	w.wantLog("up db0", "down db0")
}

func (w *world) send(r keeper.Request) (c *keeper.Connection, reply keeper.Reply) {
	w.t.Helper()
	c, err := keeper.Dial()
	if err == nil {
		err = c.Send(r)
	}
	if err == nil {
		err = c.Receive(&reply, 5*time.Second)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(c.Close)
	return c, reply
}

func TestStatus(t *testing.T) {
	w := newWorld(t)
	use := w.use("//:a", w.program("up", server), nil, w.program("reset", ":"))
	w.borrow(use).Stop()
	w.borrow(use)
	_, reply := w.send(keeper.Request{Version: keeper.Version, Status: true})
	if len(reply.Services) != 1 {
		t.Fatalf("%+v", reply)
	}
	s := reply.Services[0]
	if s.Name != "//:db: unit 0" || s.State != keeper.InUse || s.Borrower != "//:a" || s.Uses != 2 || s.Reset.IsZero() || s.Started.IsZero() {
		t.Errorf("%+v", s)
	}
}

func TestLogOfAService(t *testing.T) {
	w := newWorld(t)
	use := w.use("//:a", w.program("up", "echo listening >&2\n"+server), nil, nil)
	w.borrow(use).Stop()
	_, reply := w.send(keeper.Request{Version: keeper.Version, Status: true})
	text, err := os.ReadFile(reply.Services[0].Log)
	if err != nil || string(text) != "listening\n" {
		t.Errorf("%q, %v", text, err)
	}
}

// Two builds have groups of one name, with services of their own.
func TestLogsOfServicesWithOneName(t *testing.T) {
	w := newWorld(t)
	for _, place := range []string{"build://one", "build://other"} {
		use := w.use("//:a", w.program("up", "echo "+place+" >&2\n"+server), nil, nil)
		use.Place = place
		w.borrow(use).Stop()
	}
	_, reply := w.send(keeper.Request{Version: keeper.Version, Status: true})
	for _, s := range reply.Services {
		if text, err := os.ReadFile(s.Log); err != nil || string(text) != s.Place+"\n" {
			t.Errorf("the log of %s has %q, %v", s.Place, text, err)
		}
	}
}

// Whoever has told the keeper to end hears from it until no service is left.
func TestDownLastsUntilNothingIsLeft(t *testing.T) {
	w := newWorld(t)
	w.borrow(w.use("//:a", w.program("up", `trap 'sleep 0.5; log down; exit 0' TERM
echo '{"resources": [{}]}'
while :; do sleep 0.01; done`), nil, nil)).Stop()
	c, _ := w.send(keeper.Request{Version: keeper.Version, Down: &keeper.Down{}})
	for {
		var reply keeper.Reply
		err := c.Receive(&reply, 400*time.Millisecond)
		if errors.Is(err, keeper.ErrSilent) {
			t.Fatal(err)
		}
		if err != nil {
			break
		}
	}
	if got := w.log(); got[0] != "down" {
		t.Errorf("the services are still there, and have written %q", got)
	}
}

// Nothing is left of an instance for which there is no short path.
func TestNoShortPath(t *testing.T) {
	w := newWorldWith(t, func(o *services.Options) { o.LinkDir = "/no/such/folder" })
	if _, err := w.try(w.use("//:a", w.program("up", server), nil, nil)); err == nil || !strings.Contains(err.Error(), "short path") {
		t.Errorf("error %v", err)
	}
	if left, _ := filepath.Glob(w.path("unit-*")); len(left) > 0 {
		t.Errorf("%q is left", left)
	}
}

func TestAnotherRelease(t *testing.T) {
	w := newWorld(t)
	if _, reply := w.send(keeper.Request{Version: 999, Status: true}); reply.Version != keeper.Version || reply.Services != nil {
		t.Errorf("%+v", reply)
	}
}

// Whatever comes in on a connection, the keeper goes on.
func TestNonsense(t *testing.T) {
	w := newWorld(t)
	folder, err := keeper.Folder()
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"", "\n", "{", "[]\n", `{"version": 1}`, `{"version": 1, "use": {}}`, strings.Repeat("x", 1<<20), `{"version":1,"use":{"place":"a","digest":"b","idle_timeout":1,"spec":{"timeout":1}}}` + "\n" + `{"files":[{"runfile":"../../x","path":"/"}]}`} {
		c, err := net.Dial("unix", keeper.SocketIn(folder))
		if err != nil {
			t.Fatal(err)
		}
		_, _ = c.Write([]byte(text))
		_ = c.Close()
	}
	w.borrow(w.use("//:a", w.program("up", server), nil, nil)).Stop()
}

// A keeper that is stopped is done without.
func TestSilentKeeper(t *testing.T) {
	w := newWorld(t)
	w.end()
	folder, err := keeper.Folder()
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("unix", keeper.SocketIn(folder))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	_, err = w.try(w.use("//:a", w.program("up", server), nil, nil))
	if !errors.Is(err, keeper.ErrUnavailable) {
		t.Errorf("error %v", err)
	}
	wantError(t, err, "it says nothing for 5s")
}

// A stranger can neither reach the socket nor make one that runners believe in.
func TestStrangers(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can become a stranger")
	}
	w := newWorld(t)
	folder, err := keeper.Folder()
	if err != nil {
		t.Fatal(err)
	}
	if err := stranger("1", "").Run(); errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.EPERM) {
		t.Skip("in a user namespace there are no strangers")
	}
	open(t, w.dir, folder)
	socket := keeper.SocketIn(folder)
	if text, err := stranger(`IO::Socket::UNIX->new(Peer => $ARGV[0]) or die "$!\n"`, socket).CombinedOutput(); err == nil ||
		!strings.Contains(string(text), "Permission denied") {
		t.Errorf("a stranger connects: %v, %s", err, text)
	}
	if text, err := stranger(`rename $ARGV[0], "$ARGV[0]x" or die "$!\n"`, socket).CombinedOutput(); err == nil ||
		!strings.Contains(string(text), "Permission denied") {
		t.Errorf("a stranger renames the socket: %v, %s", err, text)
	}
	// Even a socket that a stranger listens to, in the place of the keeper's, is not used.
	w.end()
	fake := stranger(`$s = IO::Socket::UNIX->new(Local => $ARGV[0], Listen => 1) or die "$!\n"; $| = 1; print "up"; sleep 60`, w.path("fake"))
	if err := os.Chmod(w.dir, 0o777); err != nil {
		t.Fatal(err)
	}
	out, err := fake.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := fake.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = fake.Process.Kill(); _ = fake.Wait() }()
	_, _ = out.Read(make([]byte, 1))
	if err := os.Rename(w.path("fake"), socket); err != nil {
		t.Fatal(err)
	}
	_, err = w.try(w.use("//:a", w.program("up", server), nil, nil))
	wantError(t, err, "belongs to user 65534")
}

// open lets others into the folders of a test.
func open(t *testing.T, dir, deepest string) {
	t.Helper()
	for at := deepest; at != filepath.Dir(filepath.Dir(dir)) && at != "/"; at = filepath.Dir(at) {
		if err := os.Chmod(at, 0o755); err != nil {
			t.Fatal(err)
		}
	}
}

// stranger returns a program of another user, in Perl, which each Debian has.
func stranger(script, arg string) *exec.Cmd {
	c := exec.Command("/usr/bin/perl", "-MIO::Socket::UNIX", "-e", script, arg)
	c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	return c
}
