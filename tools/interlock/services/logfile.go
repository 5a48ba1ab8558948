package services

import (
	"os"
	"path/filepath"
	"sync"
)

// maxLog is the length at which a log is set aside for a new one. One old log is kept.
const maxLog = 8 << 20

// logFile is an io.Writer with the output of a unit's instances. What cannot be written is lost: it
// is no reason to end a service.
type logFile struct {
	path string

	mu     sync.Mutex
	file   *os.File
	length int64
}

func openLogFile(path string) (*logFile, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	return &logFile{path: path, file: file}, nil
}

// Write implements io.Writer.
func (l *logFile) Write(text []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.length += int64(len(text)); l.length > maxLog {
		l.length = int64(len(text))
		_ = os.Rename(l.path, l.path+".old")
		if file, err := os.OpenFile(l.path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600); err == nil {
			_ = l.file.Close()
			l.file = file
		}
	}
	_, _ = l.file.Write(text)
	return len(text), nil
}

func (l *logFile) close() { _ = l.file.Close() }
