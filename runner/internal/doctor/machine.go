package doctor

import (
	"cmp"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/interlock-build/rules_interlock/internal/boottime"
	"github.com/interlock-build/rules_interlock/internal/guard"
	"github.com/interlock-build/rules_interlock/internal/lock/shm"
)

// clock reads the clock by which leases are judged.
func clock() Finding {
	now, err := boottime.Now()
	if err != nil {
		return Finding{Fail, "clock", err.Error(), "let tests read CLOCK_BOOTTIME (clock_gettime): without it no lease can be trusted"}
	}
	return Finding{OK, "clock", fmt.Sprintf("CLOCK_BOOTTIME is %v", now.Round(time.Second)), ""}
}

// guardian starts what keeps locks if a runner is killed.
func guardian() Finding {
	if err := guard.Start(func(error) {}); err != nil {
		return Finding{
			Note, "guardian", err.Error(),
			"let tests start processes and use socket pairs: without it the case of a killed runner may go on beside the next holder",
		}
	}
	guard.Stop()
	return Finding{OK, "guardian", "it starts, so the case of a killed runner is ended before its groups are free", ""}
}

// sharedMemory looks for where runners of a machine tell one another what they hold.
func sharedMemory() Finding {
	_, err := shm.Identity()
	if err == nil {
		err = tryWrite("/dev/shm")
	}
	if err != nil {
		return Finding{
			Note, "/dev/shm", err.Error(),
			"mount a tmpfs at /dev/shm: without it `interlock status` sees nothing, and rates of scopes build and host cannot be kept",
		}
	}
	return Finding{OK, "/dev/shm", "it can be read and written", ""}
}

// temporary writes to TEST_TMPDIR.
func (p Place) temporary() Finding {
	const check = "TEST_TMPDIR"
	dir, _ := p.Lookup(check)
	switch err := tryWrite(dir); {
	case dir == "":
		return Finding{Fail, check, "it is not set", "run this as a test: bazel test @rules_interlock//runner:doctor"}
	case err != nil:
		return Finding{Fail, check, err.Error(), "let tests write to it: each case gets a folder there"}
	}
	return Finding{OK, check, dir + " can be written", ""}
}

// home writes to HOME. Runners do not, but programs under test may.
func (p Place) home() Finding {
	const check = "HOME"
	dir, _ := p.Lookup(check)
	if dir == "" {
		return Finding{OK, check, "it is not set, and runners do not need it", ""}
	}
	if err := tryWrite(dir); err != nil {
		return Finding{Note, check, err.Error() + "; runners do not need it, but programs under test may", "pass --test_env=HOME=/tmp, or give the worker a home folder"}
	}
	return Finding{OK, check, dir + " can be written", ""}
}

// zip looks for the program with which Bazel's test-setup.sh packs what tests leave.
func (p Place) zip() Finding {
	path, _ := p.Lookup("PATH")
	for _, dir := range filepath.SplitList(cmp.Or(path, "/bin:/usr/bin")) {
		if found, err := exec.LookPath(filepath.Join(dir, "zip")); err == nil {
			return Finding{OK, "zip", found, ""}
		}
	}
	return Finding{
		Note, "zip", "there is none on PATH, so Bazel cannot pack what tests write to TEST_UNDECLARED_OUTPUTS_DIR",
		"install zip in the image of the worker, or pass --nozip_undeclared_test_outputs",
	}
}

// tryWrite writes a file to a folder, and deletes it.
func tryWrite(dir string) error {
	file, err := os.CreateTemp(dir, "interlock-doctor")
	if err != nil {
		return err
	}
	_ = file.Close()
	return os.Remove(file.Name())
}
