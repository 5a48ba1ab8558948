package gate

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"

	repb "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	"github.com/interlock-build/rules_interlock/internal/lock/cluster"
	"google.golang.org/protobuf/proto"
)

// namePrefix begins the names of operations that a gate gives out. It has a version.
const namePrefix = "interlock-gate-1/"

// maxName is the longest name that is read.
const maxName = 64 << 10

// operation is an action on its way through the gate. Its name has all of it, so that a gate needs
// to know nothing of an operation that it is asked for.
type operation struct {
	request *repb.ExecuteRequest
	needs   needs
	place   cluster.Place
	// forwarded is the name that the cluster has given it; empty while it waits.
	forwarded string
}

// name is the name of the operation for clients.
func (o operation) name() string {
	request, _ := proto.MarshalOptions{Deterministic: true}.Marshal(o.request)
	return namePrefix + strings.Join([]string{
		o.place.ID, encode(request), encode([]byte(o.needs.text())), encode([]byte(o.forwarded)),
	}, "/")
}

// parseName reads a name. It is not ours if the cluster has given it. It may come from anybody.
func parseName(name string) (o operation, ours bool, err error) {
	rest, ours := strings.CutPrefix(name, namePrefix)
	if !ours {
		return operation{}, false, nil
	}
	parts := strings.Split(rest, "/")
	if len(name) > maxName || len(parts) != 4 {
		return operation{}, true, errors.New("it has another form")
	}
	o.place = cluster.Place{ID: parts[0], Resume: true}
	if !o.place.Valid() {
		return operation{}, true, errors.New("it names no place")
	}
	var texts [3][]byte
	for i, part := range parts[1:] {
		if texts[i], err = base64.RawURLEncoding.Strict().DecodeString(part); err != nil {
			return operation{}, true, err
		}
	}
	o.request = &repb.ExecuteRequest{}
	if err := proto.Unmarshal(texts[0], o.request); err != nil {
		return operation{}, true, err
	}
	if o.needs, err = parseNeeds(string(texts[1])); err != nil {
		return operation{}, true, fmt.Errorf("its groups: %w", err)
	}
	o.forwarded = string(texts[2])
	return o, true, nil
}

func encode(text []byte) string { return base64.RawURLEncoding.EncodeToString(text) }
