package engine

import (
	"container/heap"
	"sync"

	"github.com/interlock-build/rules_interlock/runner/internal/event"
)

// readyQueue is where cases that may run wait for a worker: those that hold
// groups first, since others may wait for them, then those that need none; all
// in the order given.
type readyQueue struct {
	sizes

	mu      sync.Mutex
	change  *sync.Cond
	holding readyHeap
	free    []event.Case
	closed  bool
}

func newReadyQueue(workers int, batches bool) *readyQueue {
	q := &readyQueue{sizes: sizes{workers: workers, batches: batches}}
	q.change = sync.NewCond(&q.mu)
	return q
}

// addFree adds a case that needs no group.
func (q *readyQueue) addFree(c event.Case) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.free = append(q.free, c)
	q.change.Signal()
}

// push adds a batch of which the first case was given as number index.
func (q *readyQueue) push(index int, h holding) {
	q.mu.Lock()
	defer q.mu.Unlock()
	heap.Push(&q.holding, readyBatch{holding: h, index: index})
	q.change.Signal()
}

// close says that nothing more will be pushed.
func (q *readyQueue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.change.Broadcast()
}

// all yields what is ready, waiting for more until the queue is closed. Each
// batch goes to one caller.
func (q *readyQueue) all(yield func(holding) bool) {
	for {
		h, ok := q.pop()
		if !ok || !yield(h) {
			return
		}
	}
}

func (q *readyQueue) pop() (holding, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.holding)+len(q.free) == 0 {
		if q.closed {
			return holding{}, false
		}
		q.change.Wait()
	}
	if len(q.holding) > 0 {
		return heap.Pop(&q.holding).(readyBatch).holding, true
	}
	n := q.next(len(q.free))
	var b batch
	b.cases, q.free = q.free[:n:n], q.free[n:]
	return holding{batch: b}, true
}

type readyBatch struct {
	holding
	index int
}

type readyHeap []readyBatch

func (h readyHeap) Len() int           { return len(h) }
func (h readyHeap) Less(i, j int) bool { return h[i].index < h[j].index }
func (h readyHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *readyHeap) Push(x any)        { *h = append(*h, x.(readyBatch)) }
func (h *readyHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	*h = old[:len(old)-1]
	return last
}
