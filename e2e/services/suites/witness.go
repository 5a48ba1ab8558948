package suites

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/interlock-build/rules_interlock/e2e/witness/caselog"
)

// witness writes down which test processes use which servers. A process connects to it and says what
// it uses before it does so, and the connection ends with the process, whatever ends that. The file
// servers/zz_services_test.go.txt is the other side.
type witness struct {
	listener net.Listener
	log      *caselog.Writer
	users    []user
	count    int
	// ended is closed when nobody is heard any more.
	ended chan struct{}
	err   error
}

// user is a process that uses a server.
type user struct {
	connection *net.UnixConn
	record     caselog.Record
}

// hearing is how long a process may take to say what it uses.
const hearing = 10 * time.Second

// newWitness listens in a folder, and writes to the file "uses" there.
func newWitness(folder string) (*witness, error) {
	dir, err := os.Open(folder)
	if err != nil {
		return nil, err
	}
	defer func() { _ = dir.Close() }() // only needed for a short path
	listener, err := net.Listen("unix", fmt.Sprintf("/proc/self/fd/%d/witness", dir.Fd()))
	if err != nil {
		return nil, err
	}
	listener.(*net.UnixListener).SetUnlinkOnClose(false) // the folder is emptied before it is used again
	log, err := caselog.Append(filepath.Join(folder, "uses"))
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	w := &witness{listener: listener, log: log, ended: make(chan struct{})}
	go w.listen()
	return w, nil
}

// listen hears one process after the other, so the order of the log is that of time.
func (w *witness) listen() {
	defer close(w.ended)
	for {
		connection, err := w.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err == nil {
			err = w.hear(connection.(*net.UnixConn))
		}
		w.err = errors.Join(w.err, err)
	}
}

// hear writes down that a process begins to use a server, after what has ended before.
func (w *witness) hear(connection *net.UnixConn) error {
	if err := connection.SetReadDeadline(time.Now().Add(hearing)); err != nil {
		return err
	}
	line, err := bufio.NewReader(connection).ReadString('\n')
	if errors.Is(err, io.EOF) {
		return connection.Close() // it was killed
	}
	if err != nil {
		return fmt.Errorf("a test does not say what it uses: %w", err)
	}
	w.count++
	record, err := parseUse(line, w.count)
	if err != nil {
		return err
	}
	if err := w.noteEnds(); err != nil {
		return err
	}
	w.users = append(w.users, user{connection, record})
	if err := w.write(caselog.Start, record); err != nil {
		return err
	}
	_, _ = connection.Write([]byte("\n")) // it may have been killed
	return nil
}

// parseUse parses what a process says: its target, the group, the unit and the server.
func parseUse(line string, number int) (r caselog.Record, err error) {
	fields := strings.Split(strings.TrimSuffix(line, "\t\n"), "\t")
	if len(fields) != 4 {
		return r, fmt.Errorf("a test says %q: want a target, a group, a unit and a server", line)
	}
	unit, err := strconv.Atoi(fields[2])
	return caselog.Record{
		Run: fields[0], Case: strconv.Itoa(number),
		Uses: []caselog.Use{{Group: fields[1], Weight: 1, Slots: []int{unit}, Instances: []string{fields[3]}}},
	}, err
}

// noteEnds writes down which processes have ended.
func (w *witness) noteEnds() (err error) {
	w.users = slices.DeleteFunc(w.users, func(u user) bool {
		if err != nil || !hasEnded(u.connection) {
			return false
		}
		err = errors.Join(w.write(caselog.End, u.record), u.connection.Close())
		return true
	})
	return err
}

func (w *witness) write(event caselog.Event, r caselog.Record) error {
	r.Event, r.At = event, caselog.Now()
	return w.log.Write(r)
}

// close writes down the last ends. All tests have ended.
func (w *witness) close() error {
	err := w.listener.Close()
	<-w.ended
	err = errors.Join(err, w.err, w.noteEnds())
	for _, u := range w.users {
		err = errors.Join(err, u.connection.Close())
	}
	return errors.Join(err, w.log.Close())
}
