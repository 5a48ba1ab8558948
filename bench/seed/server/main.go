// Server is the API of the seed's suite as a program of its own, to run the
// suite by hand: it prints its address, for SEED_API, and serves until it is
// stopped.
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
	limit := flag.Int("limit", 4, "bear `N` calls at once")
	takes := flag.Duration("takes", time.Second, "take `D` for an answer, unless the request says how long")
	address := flag.String("listen", "127.0.0.1:0", "listen at `HOST:PORT`")
	flag.Parse()
	if err := serve(*address, api.New(*limit, *takes)); err != nil {
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
