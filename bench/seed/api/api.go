// Package api is the API that the tests of the seed's suite share: a language model that repeats
// what it was told, takes its time, and allows only so many calls at the same time.
package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// API answers POST /complete, and reports its Statistics at GET /statistics.
type API struct {
	calls calls
	// takes is how long an answer takes if the request does not say.
	takes time.Duration
	mux   *http.ServeMux
}

// TakesHeader is the header of a request that says how many seconds its answer
// takes.
const TakesHeader = "Takes"

// New returns an API with these limits, whose answers take that long unless the request says
// otherwise.
func New(limits Limits, takes time.Duration) *API {
	a := &API{takes: takes, mux: http.NewServeMux()}
	a.calls.reset(limits)
	a.mux.HandleFunc("POST /complete", a.complete)
	a.mux.HandleFunc("GET /statistics", a.statistics)
	return a
}

// ServeHTTP implements [http.Handler].
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.mux.ServeHTTP(w, r) }

// Reset sets the limits, and restarts the statistics.
func (a *API) Reset(limits Limits) { a.calls.reset(limits) }

// Statistics reports the calls since the last Reset.
func (a *API) Statistics() Statistics { return a.calls.statistics() }

type message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

type request struct {
	Model    string    `json:"model"`
	Messages []message `json:"messages"`
}

// beginsConversation reports whether there was no answer before.
func (r request) beginsConversation() bool {
	return !slices.ContainsFunc(r.Messages, func(m message) bool { return m.Role == assistant })
}

// assistant is the role of the answers.
const assistant = "assistant"

type answer struct {
	message
	Model string `json:"model"`
}

func (a *API) complete(w http.ResponseWriter, r *http.Request) {
	var asked request
	if err := json.NewDecoder(r.Body).Decode(&asked); err != nil || len(asked.Messages) == 0 {
		http.Error(w, fmt.Sprintf("not a request: %v", err), http.StatusBadRequest)
		return
	}
	takes, err := a.takesFor(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	end, ok := a.calls.begin(asked.beginsConversation())
	if !ok {
		http.Error(w, "too many calls", http.StatusTooManyRequests)
		return
	}
	defer end()
	select {
	case <-time.After(takes):
	case <-r.Context().Done(): // nobody waits for it
		return
	}
	last := asked.Messages[len(asked.Messages)-1]
	// The caller that gets the answer may at once let another one call.
	end()
	writeJSON(w, answer{message{Role: assistant, Content: "echo: " + last.Content}, asked.Model})
}

// takesFor returns how long an answer takes.
func (a *API) takesFor(r *http.Request) (time.Duration, error) {
	text := r.Header.Get(TakesHeader)
	if text == "" {
		return a.takes, nil
	}
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil || seconds < 0 {
		return 0, fmt.Errorf("%s: %q is no number of seconds", TakesHeader, text)
	}
	return time.Duration(seconds * float64(time.Second)), nil
}

func (a *API) statistics(w http.ResponseWriter, _ *http.Request) { writeJSON(w, a.Statistics()) }

func writeJSON(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(value) // the caller may be gone
}
