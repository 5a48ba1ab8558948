package api_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/interlock-build/rules_interlock/bench/seed/api"
)

const hello = `{"model": "small", "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}]}`

// start starts an API that is stopped when the test ends.
func start(t *testing.T, limits api.Limits, takes time.Duration) (*api.API, string) {
	a := api.New(limits, takes)
	server := httptest.NewServer(a)
	t.Cleanup(server.Close)
	return a, server.URL
}

// ask returns the status and the body of the answer to a request.
func ask(t *testing.T, address, body, takes string) (int, string) {
	t.Helper()
	request, err := http.NewRequest(http.MethodPost, address+"/complete", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if takes != "" {
		request.Header.Set(api.TakesHeader, takes)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

func TestAnswer(t *testing.T) {
	_, address := start(t, api.Limits{AtOnce: 1}, 0)
	status, text := ask(t, address, hello, "")
	const want = `{"role":"assistant","content":"echo: Hello","model":"small"}` + "\n"
	if status != http.StatusOK || text != want {
		t.Errorf("got %d, %s", status, text)
	}
}

func TestTakesAsLongAsTheRequestSays(t *testing.T) {
	_, address := start(t, api.Limits{AtOnce: 1}, time.Hour)
	began := time.Now()
	if status, text := ask(t, address, hello, "0.05"); status != http.StatusOK {
		t.Fatalf("got %d, %s", status, text)
	}
	if took := time.Since(began); took < 50*time.Millisecond || took > time.Minute {
		t.Errorf("it took %v", took)
	}
}

func TestBadRequests(t *testing.T) {
	_, address := start(t, api.Limits{AtOnce: 1}, 0)
	for _, c := range []struct{ body, takes string }{{"", ""}, {"{}", ""}, {hello, "long"}, {hello, "-1"}} {
		if status, text := ask(t, address, c.body, c.takes); status != http.StatusBadRequest {
			t.Errorf("%+v: got %d, %s", c, status, text)
		}
	}
}

// Of five calls at the same time, an API that allows three refuses two.
func TestRefusesWhatIsBeyondTheLimit(t *testing.T) {
	const limit, all = 3, 5
	a, address := start(t, api.Limits{AtOnce: limit}, 0)
	var statuses sync.Map
	var running sync.WaitGroup
	for n := range all {
		running.Go(func() {
			status, _ := ask(t, address, hello, "1.5")
			statuses.Store(n, status)
		})
	}
	running.Wait()
	count := map[int]int{}
	statuses.Range(func(_, status any) bool { count[status.(int)]++; return true })
	if count[http.StatusOK] != limit || count[http.StatusTooManyRequests] != all-limit {
		t.Errorf("got %v", count)
	}
	if got, want := a.Statistics(), (api.Statistics{Calls: limit, Refused: all - limit, MostAtOnce: limit + 1, Limits: api.Limits{AtOnce: limit}}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// A finished call makes room: calls at the same time are limited, not calls.
func TestOneAfterTheOther(t *testing.T) {
	a, address := start(t, api.Limits{AtOnce: 1}, 0)
	for range 20 {
		if status, text := ask(t, address, hello, ""); status != http.StatusOK {
			t.Fatalf("got %d, %s", status, text)
		}
	}
	if got, want := a.Statistics(), (api.Statistics{Calls: 20, MostAtOnce: 1, Limits: api.Limits{AtOnce: 1}}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// Of four conversations at the same time, an API that allows two to begin in a while refuses two;
// those that have begun continue.
func TestRefusesConversationsBeyondTheLimit(t *testing.T) {
	limits := api.Limits{AtOnce: 10, Conversations: 2, Window: time.Hour}
	a, address := start(t, limits, 0)
	for i, want := range []int{http.StatusOK, http.StatusOK, http.StatusTooManyRequests, http.StatusTooManyRequests} {
		if status, text := ask(t, address, hello, ""); status != want {
			t.Errorf("conversation %d: got %d, %s, want %d", i, status, text, want)
		}
	}
	const goesOn = `{"model": "small", "messages": [{"role": "assistant", "content": "Hi"}, {"role": "user", "content": "And?"}]}`
	if status, text := ask(t, address, goesOn, ""); status != http.StatusOK {
		t.Errorf("got %d, %s", status, text)
	}
	if got, want := a.Statistics(), (api.Statistics{Calls: 3, Refused: 2, MostAtOnce: 1, MostBegun: 3, Limits: limits}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// A conversation that began before the window makes room.
func TestConversationsAfterTheWindow(t *testing.T) {
	_, address := start(t, api.Limits{AtOnce: 1, Conversations: 1, Window: 10 * time.Millisecond}, 0)
	for range 3 {
		if status, text := ask(t, address, hello, ""); status != http.StatusOK {
			t.Fatalf("got %d, %s", status, text)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func TestReset(t *testing.T) {
	a, address := start(t, api.Limits{AtOnce: 1}, 0)
	ask(t, address, hello, "")
	a.Reset(api.Limits{AtOnce: 7})
	response, err := http.Get(address + "/statistics")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	var got api.Statistics
	if err := json.NewDecoder(response.Body).Decode(&got); err != nil {
		t.Fatal(err)
	}
	if want := (api.Statistics{Limits: api.Limits{AtOnce: 7}}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
