package engine

import (
	"container/heap"
	"sync"
)

// readyQueue is where cases that may run wait for a worker: those that hold
// groups first, since others may wait for them, then in the order given.
type readyQueue struct {
	mu     sync.Mutex
	change *sync.Cond
	cases  readyHeap
	closed bool
}

func newReadyQueue() *readyQueue {
	q := &readyQueue{}
	q.change = sync.NewCond(&q.mu)
	return q
}

// push adds the case that was given as number index.
func (q *readyQueue) push(index int, h holding) {
	q.mu.Lock()
	defer q.mu.Unlock()
	heap.Push(&q.cases, readyCase{holding: h, index: index})
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
// case goes to one caller.
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
	for len(q.cases) == 0 {
		if q.closed {
			return holding{}, false
		}
		q.change.Wait()
	}
	return heap.Pop(&q.cases).(readyCase).holding, true
}

type readyCase struct {
	holding
	index int
}

type readyHeap []readyCase

func (h readyHeap) Len() int { return len(h) }
func (h readyHeap) Less(i, j int) bool {
	if a, b := len(h[i].Needs) > 0, len(h[j].Needs) > 0; a != b {
		return a
	}
	return h[i].index < h[j].index
}
func (h readyHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *readyHeap) Push(x any)   { *h = append(*h, x.(readyCase)) }
func (h *readyHeap) Pop() any {
	old := *h
	last := old[len(old)-1]
	*h = old[:len(old)-1]
	return last
}
