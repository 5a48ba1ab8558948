package cluster

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"

	remoteexecution "github.com/bazelbuild/remote-apis/build/bazel/remote/execution/v2"
	reblobstore "github.com/buildbarn/bb-remote-execution/pkg/blobstore"
	"github.com/buildbarn/bb-remote-execution/pkg/builder"
	"github.com/buildbarn/bb-remote-execution/pkg/cas"
	"github.com/buildbarn/bb-remote-execution/pkg/cleaner"
	"github.com/buildbarn/bb-remote-execution/pkg/filesystem/pool"
	"github.com/buildbarn/bb-remote-execution/pkg/proto/remoteworker"
	"github.com/buildbarn/bb-storage/pkg/blobstore"
	"github.com/buildbarn/bb-storage/pkg/blobstore/grpcclients"
	"github.com/buildbarn/bb-storage/pkg/clock"
	"github.com/buildbarn/bb-storage/pkg/digest"
	"github.com/buildbarn/bb-storage/pkg/eviction"
	"github.com/buildbarn/bb-storage/pkg/filesystem"
	"github.com/buildbarn/bb-storage/pkg/filesystem/path"
	"github.com/buildbarn/bb-storage/pkg/program"
	"github.com/buildbarn/bb-storage/pkg/util"
	"github.com/google/uuid"
	"golang.org/x/sync/semaphore"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
)

// WorkerVariable has the name of the worker, in the environment of its actions.
const WorkerVariable = "REMOTE_WORKER"

// Worker is a worker on a machine of its own.
type Worker struct {
	Process
	// Name is the name of the worker.
	Name    string
	network *network
	starts  atomic.Int64
}

// workerSpec is what the process of a worker has to know.
type workerSpec struct {
	Name    string  `json:"name"`
	Server  string  `json:"server"`
	Dir     string  `json:"dir"`
	Slots   int     `json:"slots"`
	Mark    string  `json:"mark"`
	Machine Machine `json:"machine"`
	// Cluster is the folder of the cluster, of which the machine sees only Dir and Shared.
	Cluster string `json:"cluster"`
	Shared  string `json:"shared"`
	// Coordinator is a file with the machine's coordinator.
	Coordinator string `json:"coordinator"`
	// CoordinatorFiles are the files that it names.
	CoordinatorFiles []string `json:"coordinator_files"`
	// Start is how often the worker was started, so that the folders of actions have new names.
	Start int64 `json:"start"`
}

func (c *Cluster) newWorker(name string, m Machine, o Options) (*Worker, error) {
	dir := filepath.Join(c.Dir, name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	n, err := newNetwork(c.Etcd, dir, o.TTL, m.ByCertificate)
	if err != nil {
		return nil, err
	}
	w := &Worker{Name: name, network: n}
	w.log = filepath.Join(c.Dir, name+".log")
	w.part.Worker = &workerSpec{
		Name: name, Server: c.Server.address, Dir: dir, Slots: o.Slots, Mark: c.mark, Machine: m,
		Cluster: c.Dir, Shared: c.Shared(), Coordinator: n.coordinator, CoordinatorFiles: n.files,
	}
	w.attr.Cloneflags = syscall.CLONE_NEWNS | syscall.CLONE_NEWUTS
	if m.Contained {
		w.attr.Cloneflags |= syscall.CLONE_NEWPID
	}
	return w, nil
}

// Start starts the worker, unless it runs.
func (w *Worker) Start() error {
	w.part.Worker.Start = w.starts.Add(1)
	return w.Process.Start()
}

// CutOff cuts the worker's machine off from etcd, and Reconnect ends that.
func (w *Worker) CutOff() { w.network.cut() }

// Reconnect is the opposite of CutOff.
func (w *Worker) Reconnect() { w.network.heal() }

// run fetches actions and runs them until the process ends.
func (s workerSpec) run() error {
	endWithParent()
	if err := s.enterMachine(); err != nil {
		return fmt.Errorf("worker %s: %w", s.Name, err)
	}
	syscall.Umask(0) // actions of another user write to the folders of outputs
	program.RunMain(func(_ context.Context, siblings, _ program.Group) error {
		conn, err := grpc.NewClient(s.Server, grpc.WithTransportCredentials(insecure.NewCredentials()),
			grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(maxMessage), grpc.MaxCallSendMsgSize(maxMessage)))
		if err != nil {
			return err
		}
		f, err := s.folders()
		if err != nil {
			return err
		}
		blobs := reblobstore.NewExistencePreconditionBlobAccess(grpcclients.NewCASBlobAccess(conn, uuid.NewRandom, 64<<10))
		results := grpcclients.NewACBlobAccess(conn, maxMessage)
		t := threads{
			spec: s, folders: f, blobs: blobs, results: results,
			queue:       remoteworker.NewOperationQueueClient(conn),
			directories: cas.NewBlobAccessDirectoryFetcher(blobs, maxMessage, 0),
			files: cas.NewHardlinkingFileFetcher(cas.NewBlobAccessFileFetcher(blobs), f.cache, 10000, 1<<30,
				eviction.NewLRUSet[string]()),
			idle:     cleaner.NewIdleInvoker(cleaner.NewDirectoryCleaner(f.build, f.buildPath)),
			download: semaphore.NewWeighted(10), upload: semaphore.NewWeighted(10),
		}
		for i := range s.Slots {
			t.launch(siblings, i)
		}
		return nil
	})
	return nil
}

// folders are those of a start of the worker: what an earlier start has left behind may still be
// in use by its actions.
type folders struct {
	build, cache filesystem.DirectoryCloser
	buildPath    string
}

func (s workerSpec) folders() (f folders, err error) {
	start := strconv.FormatInt(s.Start, 10)
	f.buildPath = filepath.Join(s.Dir, start, "build")
	cachePath := filepath.Join(s.Dir, start, "cache")
	for _, dir := range []string{f.buildPath, cachePath} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return f, err
		}
	}
	if f.build, err = filesystem.NewLocalDirectory(path.LocalFormat.NewParser(f.buildPath)); err != nil {
		return f, err
	}
	f.cache, err = filesystem.NewLocalDirectory(path.LocalFormat.NewParser(cachePath))
	return f, err
}

// threads run one action each at a time.
type threads struct {
	spec             workerSpec
	folders          folders
	blobs, results   blobstore.BlobAccess
	queue            remoteworker.OperationQueueClient
	directories      cas.DirectoryFetcher
	files            cas.FileFetcher
	idle             *cleaner.IdleInvoker
	download, upload *semaphore.Weighted
	next             atomic.Uint64 // action
}

func (t *threads) launch(group program.Group, number int) {
	output, flush := reblobstore.NewBatchedStoreBlobAccess(t.blobs, digest.KeyWithoutInstance, 100, t.upload)
	directory := builder.NewSharedBuildDirectoryCreator(
		builder.NewCleanBuildDirectoryCreator(
			builder.NewRootBuildDirectoryCreator(
				builder.NewNaiveBuildDirectory(t.folders.build, t.directories, t.files, t.download, output)), t.idle), &t.next)
	id := map[string]string{"worker": t.spec.Name, "thread": strconv.Itoa(number)}
	idText, _ := json.Marshal(id) // strings do not fail
	noBrowser := &url.URL{Scheme: "http", Host: "browser.invalid"}
	var executor builder.BuildExecutor = builder.NewLocalBuildExecutor(output, directory, t.spec.actions(t.folders.buildPath),
		clock.SystemClock, 0, nil, maxMessage, t.spec.environ(), false, true)
	executor = builder.NewTimestampedBuildExecutor(builder.NewStorageFlushingBuildExecutor(executor, flush), clock.SystemClock, string(idText))
	executor = builder.NewCachingBuildExecutor(executor, t.blobs, t.results, noBrowser)
	executor = builder.NewLoggingBuildExecutor(executor, noBrowser)
	builder.LaunchWorkerThread(group, builder.NewBuildClient(t.queue, executor, pool.EmptyFilePool, clock.SystemClock, id,
		util.Must(digest.NewInstanceName("")), &remoteexecution.Platform{}, 0), string(idText))
}

// environ is what all actions have in their environment. It is not part of what Bazel hashes.
func (s workerSpec) environ() map[string]string {
	name, value, _ := strings.Cut(s.Mark, "=")
	all := map[string]string{WorkerVariable: s.Name, name: value}
	for name, value := range s.Machine.Environ {
		all[name] = value
	}
	return all
}
