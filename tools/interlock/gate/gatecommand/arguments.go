package gatecommand

import (
	"flag"
	"fmt"
	"io"
	"net"
	"net/url"
	"time"

	"github.com/interlock-build/rules_interlock/tools/interlock/command"
	"github.com/interlock-build/rules_interlock/tools/interlock/gate"
)

// arguments are the arguments of the command gate.
type arguments struct {
	executor, listen, coordinator                string
	ahead                                        int
	patience, longestWait                        time.Duration
	certificate, key, clientCA                   string
	executorCA, executorCertificate, executorKey string
}

func parse(args []string) (arguments, error) {
	var a arguments
	flags := flag.NewFlagSet("", flag.ContinueOnError)
	flags.SetOutput(io.Discard) // the error says it all
	flags.StringVar(&a.executor, "executor", "", "")
	flags.StringVar(&a.listen, "listen", "127.0.0.1:8980", "")
	flags.StringVar(&a.coordinator, "coordinator", "", "")
	flags.IntVar(&a.ahead, "ahead", 0, "")
	flags.DurationVar(&a.patience, "patience", gate.DefaultPatience, "")
	flags.DurationVar(&a.longestWait, "longest-wait", gate.DefaultLongestWait, "")
	flags.StringVar(&a.certificate, "tls-certificate", "", "")
	flags.StringVar(&a.key, "tls-key", "", "")
	flags.StringVar(&a.clientCA, "tls-client-ca", "", "")
	flags.StringVar(&a.executorCA, "executor-ca", "", "")
	flags.StringVar(&a.executorCertificate, "executor-certificate", "", "")
	flags.StringVar(&a.executorKey, "executor-key", "", "")
	err := flags.Parse(args)
	switch {
	case err != nil:
		return a, usageError("%w", err)
	case flags.NArg() > 0:
		return a, usageError("gate takes only flags, and got %q", flags.Arg(0))
	case a.executor == "":
		return a, usageError("gate: --executor is missing: the cluster, such as grpc://scheduler.example:8980")
	case a.ahead < 0:
		return a, usageError("gate: --ahead=%d: want 0 or more", a.ahead)
	case a.patience < 100*time.Millisecond || a.longestWait < a.patience:
		return a, usageError("gate: --patience=%s --longest-wait=%s: want at least 100ms, and the second not below the first",
			a.patience, a.longestWait)
	}
	return a, nil
}

func usageError(format string, args ...any) error {
	return fmt.Errorf("%w: %w", command.ErrUsage, fmt.Errorf(format, args...))
}

// parseExecutor returns the gRPC target of the cluster, and whether it has TLS.
func (a *arguments) parseExecutor() (target string, secure bool, err error) {
	u, err := url.Parse(a.executor)
	secure = err == nil && u.Scheme == "grpcs"
	if err != nil || !secure && u.Scheme != "grpc" || u.Hostname() == "" || u.User != nil || u.Path != "" || u.RawQuery != "" {
		return "", false, usageError("gate: --executor=%s is no URL of a cluster, such as grpc://HOST:PORT or grpcs://HOST", a.executor)
	}
	port := u.Port()
	if port == "" {
		if port = "80"; secure {
			port = "443"
		}
	}
	return "dns:///" + net.JoinHostPort(u.Hostname(), port), secure, nil
}
