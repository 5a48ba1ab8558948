package cluster

import (
	"github.com/buildbarn/bb-storage/pkg/blobstore"
	"github.com/buildbarn/bb-storage/pkg/blobstore/configuration"
	"github.com/buildbarn/bb-storage/pkg/program"
	pb "github.com/buildbarn/bb-storage/pkg/proto/configuration/blobstore"
)

// Sizes of blocks: no blob can be larger than one.
const (
	casBlock    = 128 << 20
	actionBlock = 1 << 20
)

// storage is where blobs and results of actions are.
type storage struct{ cas, actions blobstore.BlobAccess }

func newStorage(group program.Group) (storage, error) {
	cas, err := configuration.NewBlobAccessFromConfiguration(group, inMemory(casBlock, 1<<18, 3),
		configuration.NewCASBlobAccessCreator(nil, maxMessage))
	if err != nil {
		return storage{}, err
	}
	actions, err := configuration.NewBlobAccessFromConfiguration(group, inMemory(actionBlock, 1<<16, 1),
		configuration.NewACBlobAccessCreator(&cas, nil, maxMessage))
	return storage{cas.BlobAccess, actions.BlobAccess}, err
}

// inMemory is a ring of blocks. Memory is used only for what is stored.
func inMemory(blockBytes, entries int64, newBlocks int32) *pb.BlobAccessConfiguration {
	return &pb.BlobAccessConfiguration{Backend: &pb.BlobAccessConfiguration_Local{Local: &pb.LocalBlobAccessConfiguration{
		KeyLocationMapBackend: &pb.LocalBlobAccessConfiguration_KeyLocationMapInMemory_{
			KeyLocationMapInMemory: &pb.LocalBlobAccessConfiguration_KeyLocationMapInMemory{Entries: entries},
		},
		KeyLocationMapMaximumGetAttempts: 16,
		KeyLocationMapMaximumPutAttempts: 64,
		OldBlocks:                        2,
		CurrentBlocks:                    4,
		NewBlocks:                        newBlocks,
		BlocksBackend: &pb.LocalBlobAccessConfiguration_BlocksInMemory_{
			BlocksInMemory: &pb.LocalBlobAccessConfiguration_BlocksInMemory{BlockSizeBytes: blockBytes},
		},
	}}}
}
