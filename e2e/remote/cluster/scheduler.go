package cluster

import (
	"time"

	reblobstore "github.com/buildbarn/bb-remote-execution/pkg/blobstore"
	"github.com/buildbarn/bb-remote-execution/pkg/scheduler"
	"github.com/buildbarn/bb-remote-execution/pkg/scheduler/initialsizeclass"
	"github.com/buildbarn/bb-remote-execution/pkg/scheduler/invocation"
	"github.com/buildbarn/bb-remote-execution/pkg/scheduler/platform"
	"github.com/buildbarn/bb-remote-execution/pkg/scheduler/routing"
	"github.com/buildbarn/bb-storage/pkg/auth"
	"github.com/buildbarn/bb-storage/pkg/blobstore"
	"github.com/buildbarn/bb-storage/pkg/clock"
	"github.com/buildbarn/bb-storage/pkg/digest"
	"github.com/google/uuid"
)

// retries is how often the scheduler runs an action again whose worker is gone.
const retries = 9

// newScheduler returns a scheduler. It takes a worker for gone that is silent for workerGone, and
// then runs its actions elsewhere.
func newScheduler(cas blobstore.BlobAccess, workerGone time.Duration) *scheduler.InMemoryBuildQueue {
	everybody := auth.NewStaticAuthorizer(func(digest.InstanceName) bool { return true })
	router := routing.NewSimpleActionRouter(platform.ActionKeyExtractor,
		[]invocation.KeyExtractor{invocation.ToolInvocationIDKeyExtractor},
		initialsizeclass.NewFallbackAnalyzer(initialsizeclass.NewActionTimeoutExtractor(30*time.Minute, 2*time.Hour)))
	return scheduler.NewInMemoryBuildQueue(reblobstore.NewExistencePreconditionBlobAccess(cas), clock.SystemClock, uuid.NewRandom,
		&scheduler.InMemoryBuildQueueConfiguration{
			ExecutionUpdateInterval:              min(time.Minute, workerGone/2),
			OperationWithNoWaitersTimeout:        time.Minute,
			PlatformQueueWithNoWorkersTimeout:    15 * time.Minute,
			BusyWorkerSynchronizationInterval:    min(10*time.Second, workerGone/3),
			GetIdleWorkerSynchronizationInterval: func() time.Duration { return min(time.Minute, workerGone/2) },
			WorkerTaskRetryCount:                 retries,
			WorkerWithNoSynchronizationsTimeout:  workerGone,
		}, maxMessage, router, everybody, everybody, everybody, everybody)
}
