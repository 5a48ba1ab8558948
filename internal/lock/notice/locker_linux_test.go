package notice

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"github.com/interlock-build/rules_interlock/internal/lock/process"
	"golang.org/x/sys/unix"
)

func TestMain(m *testing.M) {
	if folder := os.Getenv("HOLD_IN"); folder != "" {
		hold(folder)
	}
	os.Exit(m.Run())
}

// hold is the body of a process that holds a unit until it is killed or its input
// ends.
func hold(folder string) {
	publisher := NewPublisher(func(err error) { panic(err) })
	locker := machine{folder: folder}.lockerOf(publisher)
	if _, err := locker.Acquire(as(context.Background(), "TestHolder"), []group.Need{need(db, 2)}); err != nil {
		panic(err)
	}
	fmt.Println(publisher.name)
	_, _ = os.Stdin.Read(make([]byte, 1))
	os.Exit(0)
}

// startHolder starts such a process, and returns the name of its file.
func startHolder(t *testing.T, m machine) (cmd *exec.Cmd, file string) {
	t.Helper()
	cmd = exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "HOLD_IN="+m.folder)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stdin.Close(); _ = cmd.Process.Kill(); _ = cmd.Wait() })
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return cmd, strings.TrimSpace(line)
}

// Another process is seen with its case and units, until it is killed.
func TestHolderIsToldWhileItLives(t *testing.T) {
	m := newMachine(t)
	before := time.Now()
	holder, file := startHolder(t, m)
	uses := m.await(db, "a holder", func(uses []Use) bool { return len(uses) == 1 })
	u := uses[0]
	if u.User.Target != "//a:x_test" || u.User.Case != "TestHolder" || u.User.Since.Before(before) || u.User.Since.After(time.Now()) {
		t.Errorf("the user is %+v", u.User)
	}
	if u.Scope != group.Host || u.Key != db.Key || u.Label != db.Label || !u.Definition.Equal(db.Definition) ||
		u.State != Holding || u.Mode != group.Exclusive || u.Weight != 2 || !slices.Equal(u.Slots, []int{0, 1}) {
		t.Errorf("got %+v", u)
	}
	_ = holder.Process.Kill()
	_ = holder.Wait()
	if uses := m.uses(db); len(uses) > 0 {
		t.Errorf("a dead holder is told of: %+v", uses)
	}
	if _, problems := Read(); strings.Contains(fmt.Sprint(problems), file) {
		t.Errorf("the file of a dead holder is a problem: %v", problems)
	}
	if !exists(pathOf(t, file)) {
		t.Fatal("the file of the killed process is gone, so this test shows nothing")
	}
	locker, _ := m.open()
	mustAcquire(t, t.Context(), locker, need(port, 1))
	m.await(port, "a holder", func(uses []Use) bool { return len(uses) == 1 })
	if exists(pathOf(t, file)) {
		t.Error("the next publisher left the file of a dead one where it was")
	}
}

// A case that waits for one group holds those before it; those after it do not matter yet.
func TestWaiterIsTold(t *testing.T) {
	m := newMachine(t)
	holder, _ := m.open()
	held := mustAcquire(t, as(t.Context(), "TestHolder"), holder, need(port, 1))
	waiter, _ := m.open()
	asked := make(chan string, 10)
	ctx := lock.WithTrace(t.Context(), lock.Trace{User: lock.User{Case: "TestWaiter"}, Waiting: func(label string) { asked <- label }})
	got := make(chan lock.Held, 1)
	go func() {
		held, err := waiter.Acquire(ctx, []group.Need{need(port, 1), need(db, 1)})
		if err != nil {
			t.Error(err)
		}
		got <- held
	}()
	if label := <-asked; label != port.Label {
		t.Errorf("the trace was told that %s is waited for", label)
	}
	uses := m.await(port, "a holder and a waiter", func(uses []Use) bool { return len(uses) == 2 })
	if uses[0].State != Holding || uses[0].User.Case != "TestHolder" || uses[1].State != Waiting || uses[1].User.Case != "TestWaiter" {
		t.Errorf("told of the group: %+v", uses)
	}
	before := m.uses(db)
	if len(before) != 1 || before[0].State != Holding || before[0].User.Case != "TestWaiter" || before[0].Slots != nil {
		t.Errorf("told of the group before: %+v", before)
	}
	if names := namesOf(waiter.(lock.Inspector).Holders(port.Label)); !slices.Equal(names, []string{"TestHolder"}) {
		t.Errorf("the waiter knows of the holders %q", names)
	}
	if inspector := holder.(lock.Inspector); !inspector.Wanted(port.Label, 0) || inspector.Wanted(db.Label, 0) {
		t.Error("Wanted is not what the locker itself says")
	}
	held.Release()
	defer (<-got).Release()
	after := m.await(db, "units", func(uses []Use) bool { return len(uses) == 1 && uses[0].Slots != nil })
	if !after[0].User.Since.Equal(before[0].User.Since) {
		t.Errorf("it holds the first group since %v, and held it since %v", after[0].User.Since, before[0].User.Since)
	}
}

func namesOf(users []lock.User) []string {
	var names []string
	for _, u := range users {
		names = append(names, u.Case)
	}
	return names
}

// Holders of the same process are known at once.
func TestOwnHoldersAreKnown(t *testing.T) {
	locker, _ := newMachine(t).open()
	mustAcquire(t, as(t.Context(), "TestX"), locker, need(db, 1))
	mustAcquire(t, as(t.Context(), "TestY"), locker, need(db, 1))
	if names := namesOf(locker.(lock.Inspector).Holders(db.Label)); !slices.Equal(names, []string{"TestX", "TestY"}) {
		t.Errorf("the holders are %q", names)
	}
}

// If two folders have locks, each has its own group with that key.
func TestOtherGroupsWithTheKeyAreNotMeant(t *testing.T) {
	m, other := newMachine(t), newMachine(t)
	holder, _ := other.open()
	mustAcquire(t, as(t.Context(), "TestElsewhere"), holder, need(db, 1))
	other.await(db, "a holder", func(uses []Use) bool { return len(uses) == 1 })
	locker, _ := m.open()
	if users := locker.(lock.Inspector).Holders(db.Label); len(users) > 0 {
		t.Errorf("the holders are %v", users)
	}
	if users := locker.(lock.Inspector).Holders("//r:none"); len(users) > 0 {
		t.Errorf("the holders of an unknown group are %v", users)
	}
}

// What ends without a holding is no longer published. A process that is refused is told which
// users have which definition, although the lock knows only that somebody has another one.
func TestDisagreementIsExplained(t *testing.T) {
	m := newMachine(t)
	first, _ := m.open()
	defer mustAcquire(t, as(t.Context(), "TestHolder"), first, need(db, 1)).Release()
	m.await(db, "one that is held", func(uses []Use) bool { return len(uses) == 1 })
	other := db
	other.Instances = []string{"db1", "db2"}
	_, err := m.lockerOf(NewPublisher(func(error) {}), other).Acquire(t.Context(), []group.Need{need(other, 1)})
	if want := "has capacity 2, instances db1, db2 here, but capacity 2, instances db0, db1 (TestHolder"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("error %v, want %q in it", err, want)
	}
}

func TestGivingUpIsTold(t *testing.T) {
	m := newMachine(t)
	holder, _ := m.open()
	mustAcquire(t, t.Context(), holder, need(port, 1))
	ctx, cancel := context.WithCancel(t.Context())
	waiter, publisher := m.open()
	ended := make(chan error)
	go func() {
		_, err := waiter.Acquire(ctx, []group.Need{need(port, 1)})
		ended <- err
	}()
	m.await(port, "a waiter", func(uses []Use) bool { return len(uses) == 2 })
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	if exists(pathOf(t, publisher.name)) {
		t.Error("the process has nothing to tell, and its file is still there")
	}
}

// fake is a locker of all groups, and what it grants.
type fake struct {
	released, undone, begun bool
	lost                    chan struct{}
}

var errConfirm = errors.New("confirmed so")

func (f *fake) Acquire(context.Context, []group.Need) (lock.Held, error) { return f, nil }
func (f *fake) Identity(label string) (string, error)                    { return "fake " + label, nil }
func (f *fake) Release()                                                 { f.released = true }
func (f *fake) Undo()                                                    { f.undone = true }
func (f *fake) Begun()                                                   { f.begun = true }
func (f *fake) Grants() map[string]group.Grant                           { return nil }
func (f *fake) Lost() <-chan struct{}                                    { return f.lost }
func (f *fake) Confirm() error                                           { return errConfirm }

// The locker below decides about loss and undoing.
func TestTheRestIsPassedThrough(t *testing.T) {
	inner := &fake{lost: make(chan struct{})}
	publisher := NewPublisher(func(err error) { t.Error(err) })
	locker := New(inner, []group.Group{db}, publisher)
	held := mustAcquire(t, t.Context(), locker, need(db, 1))
	if held.Lost() != (<-chan struct{})(inner.lost) || !errors.Is(held.Confirm(), errConfirm) {
		t.Error("loss is not that of the locker below")
	}
	if locker.(lock.Inspector).Wanted(db.Label, 0) {
		t.Error("wanted, and the locker below does not know that")
	}
	held.Begun()
	held.Undo()
	if !inner.begun || !inner.undone || inner.released || len(publisher.uses()) > 0 {
		t.Errorf("begun and undone: %+v, and %d uses", inner, len(publisher.uses()))
	}
}

// A locker that holds nothing here has nothing to publish.
func TestUnsupportedLockerIsLeftAlone(t *testing.T) {
	unsupported := process.New(nil)
	if New(unsupported, nil, nil) != unsupported {
		t.Error("it was wrapped")
	}
}

// A FIFO must not block a reader, and a broken file does not hide the others.
func TestBrokenFilesHideNoOthers(t *testing.T) {
	m := newMachine(t)
	locker, publisher := m.open()
	mustAcquire(t, t.Context(), locker, need(port, 1))
	m.await(port, "a holder", func(uses []Use) bool { return len(uses) == 1 })
	own := pathOf(t, publisher.name)
	for name, c := range map[string]struct {
		make func(path string) error
		want string
	}{
		"fifo": {func(path string) error { return unix.Mkfifo(path, 0o644) }, "not a regular file"},
		"link": {func(path string) error { return os.Symlink(own, path) }, "too many levels of symbolic links"},
		"text": {func(path string) error { return writeLocked(t, path, "nonsense") }, "invalid character"},
		"long": {func(path string) error { return writeLocked(t, path, strings.Repeat(" ", maxFile+1)) }, "is longer than 262144 bytes"},
	} {
		path := pathOf(t, "0-"+name+"-"+publisher.name)
		t.Cleanup(func() { _ = os.Remove(path) })
		if err := c.make(path); err != nil {
			t.Fatal(err)
		}
		_, problems := Read()
		ofFile := slices.DeleteFunc(problems, func(err error) bool { return !strings.Contains(err.Error(), path) })
		if len(ofFile) != 1 || !strings.Contains(ofFile[0].Error(), c.want) || strings.Contains(ofFile[0].Error(), "\n") {
			t.Errorf("%s: the problems are %v, want one with %q", name, ofFile, c.want)
		}
		if len(m.uses(port)) != 1 {
			t.Errorf("%s hides others", name)
		}
	}
}

// writeLocked writes a file as a living process has it. It is locked before it is there: a reader
// of the folder removes files that nobody has locked.
func writeLocked(t *testing.T, path, text string) error {
	file, err := os.CreateTemp(filepath.Dir(filepath.Dir(path)), "notice")
	if err != nil {
		return err
	}
	t.Cleanup(func() { _ = file.Close() })
	_, err = file.WriteString(text)
	return errors.Join(err, unix.Flock(int(file.Fd()), unix.LOCK_EX), os.Rename(file.Name(), path))
}

// Who waits is told how many do so for longer.
func TestPlaceInTheQueue(t *testing.T) {
	m := newMachine(t)
	holder, _ := m.open()
	held := mustAcquire(t, as(t.Context(), "TestHolder"), holder, need(port, 1))
	defer held.Release()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	for number, want := range [][]string{nil, {"1 other waits before it"}, {"2 others wait before it"}} {
		waiter, _ := m.open()
		name := fmt.Sprintf("Test%d", number)
		go func() { _, _ = waiter.Acquire(as(ctx, name), []group.Need{need(port, 1)}) }()
		m.await(port, "a waiter", func(uses []Use) bool { return len(uses) == number+2 })
		if why := lock.WhyOf(waiter, port.Label, lock.UserOf(as(ctx, name))); !slices.Equal(why, want) {
			t.Errorf("%s: got %q, want %q", name, why, want)
		}
	}
}
