package main

import (
	"bufio"
	"net/http"
	"strconv"
	"strings"

	"github.com/interlock-build/rules_interlock/internal/lock/cluster/etcdtest"
)

// meter is what etcd has counted since it began.
type meter struct {
	requests float64 // without renewals
	renewals float64
	cpu      float64 // in seconds
	memory   float64 // in bytes, at the moment
}

func (m meter) minus(before meter) meter {
	return meter{m.requests - before.requests, m.renewals - before.renewals, m.cpu - before.cpu, m.memory}
}

// readMeter reads etcd's metrics.
func readMeter(etcd *etcdtest.Cluster) (m meter, err error) {
	response, err := http.Get(etcd.Endpoints()[0] + "/metrics")
	if err != nil {
		return m, err
	}
	defer func() { _ = response.Body.Close() }()
	lines := bufio.NewScanner(response.Body)
	for lines.Scan() {
		series, text, _ := strings.Cut(lines.Text(), " ")
		value, err := strconv.ParseFloat(text, 64)
		if err != nil {
			continue // a comment
		}
		m.add(series, value)
	}
	return m, lines.Err()
}

func (m *meter) add(series string, value float64) {
	name, labels, _ := strings.Cut(series, "{")
	switch {
	case name == "process_cpu_seconds_total":
		m.cpu = value
	case name == "process_resident_memory_bytes":
		m.memory = value
	// A stream of renewals has one message each, and one of watches has many that ask for one.
	case name == "grpc_server_msg_received_total" && strings.Contains(labels, `"LeaseKeepAlive"`):
		m.renewals += value
	case name == "grpc_server_msg_received_total":
		m.requests += value
	}
}
