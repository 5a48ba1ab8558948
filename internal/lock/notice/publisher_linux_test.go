package notice

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/interlock-build/rules_interlock/internal/group"
	"github.com/interlock-build/rules_interlock/internal/lock"
	"golang.org/x/sys/unix"
)

// newFake returns a locker that has everything, with its publisher.
func newFake(t *testing.T) (lock.Locker, *Publisher) {
	publisher := NewPublisher(func(err error) { t.Error(err) })
	return New(&fake{}, []group.Group{db, port}, publisher), publisher
}

func TestShortHoldingsAreNotWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		locker, publisher := newFake(t)
		path := pathOf(t, publisher.name)
		for range 100 {
			held := mustAcquire(t, t.Context(), locker, need(db, 1))
			time.Sleep(rest / 3)
			held.Release()
			time.Sleep(rest)
			synctest.Wait()
			if exists(path) {
				t.Fatal("there is a file")
			}
		}
		held := mustAcquire(t, t.Context(), locker, need(db, 1))
		time.Sleep(rest)
		synctest.Wait()
		if !exists(path) {
			t.Error("there is no file for a long holding")
		}
		held.Release()
		if exists(path) {
			t.Error("there is a file when nothing is held")
		}
	})
}

// While one group is held all the time, the holdings of another change a thousand
// times in ten seconds.
func TestFilesAreWrittenTenTimesASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		locker, publisher := newFake(t)
		path := pathOf(t, publisher.name)
		mustAcquire(t, t.Context(), locker, need(port, 1))
		writes := 0
		var last os.FileInfo
		for range 1000 {
			held := mustAcquire(t, t.Context(), locker, need(db, 1))
			time.Sleep(10 * time.Millisecond)
			synctest.Wait()
			info, err := os.Stat(path)
			if err == nil && (last == nil || !os.SameFile(info, last)) {
				writes++
				last = info
			} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
				t.Fatal(err)
			}
			held.Release()
		}
		if writes < 50 || writes > 101 {
			t.Errorf("written %d times in 10 s, want at most 101 times, and not much less", writes)
		}
	})
}

// A last change that comes while nothing is due is still published.
func TestTheLastChangeIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		locker, publisher := newFake(t)
		mustAcquire(t, t.Context(), locker, need(port, 1))
		held := mustAcquire(t, t.Context(), locker, need(db, 1))
		time.Sleep(rest)
		synctest.Wait()
		time.Sleep(time.Hour)
		held.Release()
		time.Sleep(rest)
		synctest.Wait()
		text, err := readTold(t, pathOf(t, publisher.name))
		if err != nil {
			t.Fatal(err)
		}
		uses, err := Parse(text)
		if err != nil || len(uses) != 1 || uses[0].Label != port.Label {
			t.Errorf("told: %+v, %v", uses, err)
		}
	})
}

// Unchanged content is not written again.
func TestTheSameIsNotWrittenAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		locker, publisher := newFake(t)
		path := pathOf(t, publisher.name)
		mustAcquire(t, t.Context(), locker, need(port, 1))
		var files []os.FileInfo
		for range 3 {
			time.Sleep(2 * rest)
			synctest.Wait()
			info, err := os.Stat(path)
			if err != nil {
				t.Fatal(err)
			}
			files = append(files, info)
			mustAcquire(t, t.Context(), locker, need(db, 1)).Release()
		}
		if !os.SameFile(files[0], files[1]) || !os.SameFile(files[1], files[2]) {
			t.Error("it was written again")
		}
	})
}

// A reader of a file that is being replaced sees one content or the other.
func TestReadersSeeAllOfAFileThatIsReplaced(t *testing.T) {
	file, err := newFile(rand.Text())
	if err != nil {
		t.Fatal(err)
	}
	defer file.remove()
	const text = "all of it"
	if err := file.write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	written := make(chan error)
	go func() {
		var errs []error
		for range 5000 {
			errs = append(errs, file.write([]byte(text)))
		}
		written <- errors.Join(errs...)
	}()
	for {
		select {
		case err := <-written:
			if err != nil {
				t.Error(err)
			}
			return
		default:
		}
		if got, err := readTold(t, file.path); string(got) != text || err != nil {
			t.Fatalf("read %q, %v", got, err)
		}
	}
}

// A umask must not hide files from the others that they are for.
func TestFilesAreForAllWhateverTheUmask(t *testing.T) {
	file, err := newFile(rand.Text())
	if err != nil {
		t.Fatal(err)
	}
	defer file.remove()
	before := unix.Umask(0o077)
	err = file.write([]byte("text"))
	unix.Umask(before)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(file.path); err != nil || info.Mode() != 0o644 {
		t.Errorf("got %v, %v", info, err)
	}
}

// If nothing can be published, locks work, and there is one warning.
func TestOneWarningWhereNothingCanBeTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var warnings []string
		publisher := NewPublisher(func(err error) { warnings = append(warnings, err.Error()) })
		publisher.name = "no/such folder"
		locker := New(&fake{}, []group.Group{db}, publisher)
		for range 3 {
			held := mustAcquire(t, t.Context(), locker, need(db, 1))
			time.Sleep(2 * rest)
			synctest.Wait()
			held.Release()
		}
		if len(warnings) != 1 || !strings.Contains(warnings[0], "others cannot see what is held here, but locks work all the same: open /") {
			t.Errorf("the warnings are %q", warnings)
		}
	})
}

// A file that is being written is not mistaken for one that was left behind; a file that was left
// behind is removed.
func TestUnfinishedFiles(t *testing.T) {
	fresh, old := pathOf(t, t.Name()+"-fresh"+unfinished), pathOf(t, t.Name()+"-old"+unfinished)
	long := time.Now().Add(-2 * longestWrite)
	for _, path := range []string{fresh, old} {
		if err := os.WriteFile(path, []byte("half"), 0o644); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Remove(path) })
	}
	if err := os.Chtimes(old, long, long); err != nil {
		t.Fatal(err)
	}
	if _, problems := Read(); strings.Contains(fmt.Sprint(problems), unfinished) {
		t.Errorf("the problems are %v", problems)
	}
	if _, err := newFile("unused"); err != nil {
		t.Fatal(err)
	}
	if !exists(fresh) || exists(old) {
		t.Errorf("fresh is there: %v, old is there: %v", exists(fresh), exists(old))
	}
}
