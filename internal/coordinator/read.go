package coordinator

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"time"
)

// maxFile is the most bytes that are read from a file.
const maxFile = 1 << 20

// Read reads the configuration in a file. Its error wraps the error of opening the file, or says
// what is wrong in it.
func Read(path string) (Config, error) {
	text, open, err := read(path)
	if err != nil {
		return Config{}, fmt.Errorf("coordinator: %w", err)
	}
	config, err := parse(text, open)
	if err != nil {
		return Config{}, fmt.Errorf("coordinator: %s: %w", path, err)
	}
	return config, nil
}

// parse reads a configuration strictly: an unknown field is an error. open says whether all users
// can read the file.
func parse(text []byte, open bool) (Config, error) {
	var f file
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&f); err != nil {
		return Config{}, err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return Config{}, errors.New("more than one JSON value")
	}
	if f.Password != "" && open {
		return Config{}, errors.New("it has a password, and all users can read it: run chmod o-r on it, " +
			"or move the password to a file of its own (password_file)")
	}
	c := Config{
		Endpoints: f.Endpoints, Namespace: f.Namespace, CAFile: f.CAFile, CertFile: f.CertFile, KeyFile: f.KeyFile,
		Username: f.Username, Password: f.Password,
	}
	var err error
	if f.TTL != "" {
		if c.TTL, err = time.ParseDuration(f.TTL); err != nil || c.TTL == 0 {
			return Config{}, fmt.Errorf("ttl: %q is no duration, such as \"10s\"", f.TTL)
		}
	}
	if f.PasswordFile != "" {
		if c.Password != "" {
			return Config{}, errors.New("password and password_file are both set: leave out one")
		}
		if c.Password, err = readPassword(f.PasswordFile); err != nil {
			return Config{}, err
		}
	}
	return c.complete()
}

func readPassword(path string) (string, error) {
	text, open, err := read(path)
	if err != nil {
		return "", fmt.Errorf("password_file: %w", err)
	}
	if open {
		return "", fmt.Errorf("password_file: all users can read %s: run chmod o-r on it", path)
	}
	password := strings.TrimRight(string(text), "\r\n")
	if password == "" {
		return "", fmt.Errorf("password_file: %s is empty", path)
	}
	return password, nil
}

// read returns the content of a file, and whether all users can read it.
func read(path string) (text []byte, open bool, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, false, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxFile {
		return nil, false, fmt.Errorf("%s is no regular file of at most %d bytes", path, maxFile)
	}
	text, err = os.ReadFile(path)
	// Windows has no such bits; the mode of a file does not say which users can read it.
	return text, runtime.GOOS != "windows" && info.Mode()&0o004 != 0, err
}
