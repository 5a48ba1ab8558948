// Server is the API of the seed's suite as a separate program, to run the suite by hand. It
// prints its address, for SEED_API, and serves until it is stopped.
package main

import (
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/interlock-build/rules_interlock/bench/seed/api"
)

func main() {
	var limits api.Limits
	flag.IntVar(&limits.AtOnce, "limit", 4, "bear `N` calls at once")
	flag.IntVar(&limits.Conversations, "conversations", 0, "let `N` begin in a window; 0 is no limit")
	flag.DurationVar(&limits.Window, "window", time.Minute, "`D`, of -conversations")
	takes := flag.Duration("takes", time.Second, "take `D` for an answer, unless the request says how long")
	address := flag.String("listen", "127.0.0.1:0", "listen at `HOST:PORT`")
	flag.Parse()
	if err := serve(*address, api.New(limits, *takes)); err != nil {
		fmt.Fprintf(os.Stderr, "server: %v\n", err)
		os.Exit(1)
	}
}

func serve(address string, a *api.API) error {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	fmt.Printf("http://%s\n", listener.Addr())
	return http.Serve(listener, a)
}
