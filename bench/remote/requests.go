package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"strings"

	"github.com/interlock-build/rules_interlock/bench/harness"
	"github.com/interlock-build/rules_interlock/internal/coordinator"
)

// mostRequests is how often etcd may be asked for one case.
const mostRequests = 6

// requestsOf returns how many requests etcd gets while do runs, those in streams included.
func requestsOf(do func() error) (int, error) {
	before, err := requests()
	if err == nil {
		err = do()
	}
	if err != nil {
		return 0, err
	}
	after, err := requests()
	return after - before, err
}

// requests returns how many messages etcd has received from clients, by its own count.
func requests() (int, error) {
	config, err := coordinator.Find(os.LookupEnv)
	if err != nil {
		return 0, err
	}
	client, err := config.Client()
	if err != nil {
		return 0, err
	}
	web := &http.Client{Transport: &http.Transport{TLSClientConfig: client.TLS, DisableKeepAlives: true}}
	answer, err := web.Get(config.Endpoints[0] + "/metrics")
	if err != nil {
		return 0, err
	}
	defer func() { _ = answer.Body.Close() }()
	return sumOf("grpc_server_msg_received_total{", answer.Body)
}

// sumOf adds up the metrics whose lines begin with prefix.
func sumOf(prefix string, metrics io.Reader) (sum int, err error) {
	found := false
	for lines := bufio.NewScanner(metrics); lines.Scan(); {
		line := lines.Text()
		if !strings.HasPrefix(line, prefix) {
			continue
		}
		n, err := strconv.ParseFloat(line[strings.LastIndex(line, " ")+1:], 64)
		if err != nil {
			return 0, err
		}
		sum, found = sum+int(n), true
	}
	if !found {
		return 0, fmt.Errorf("etcd counts nothing that begins with %s", prefix)
	}
	return sum, nil
}

func requestsRow(what string, asked, cases int) harness.Row {
	each := float64(asked) / float64(cases)
	return harness.Row{
		What: what, Figure: fmt.Sprintf("%.1f", each), Bound: fmt.Sprintf("≤ %d", mostRequests), Missed: each > mostRequests,
	}
}
