package gate

import (
	"google.golang.org/grpc/encoding"
	"google.golang.org/grpc/encoding/proto" // also registers its codec
	"google.golang.org/grpc/mem"
)

// frame is a message that is not looked into.
type frame struct{ data mem.BufferSlice }

// codec leaves frames as they are, and treats all else as protocol buffers.
type codec struct{ encoding.CodecV2 }

func newCodec() codec { return codec{encoding.GetCodecV2(proto.Name)} }

// Marshal implements encoding.CodecV2. gRPC frees what it returns, so a frame can be sent once.
func (c codec) Marshal(v any) (mem.BufferSlice, error) {
	if f, ok := v.(*frame); ok {
		return f.data, nil
	}
	return c.CodecV2.Marshal(v)
}

// Unmarshal implements encoding.CodecV2.
func (c codec) Unmarshal(data mem.BufferSlice, v any) error {
	if f, ok := v.(*frame); ok {
		data.Ref()
		f.data = data
		return nil
	}
	return c.CodecV2.Unmarshal(data, v)
}
