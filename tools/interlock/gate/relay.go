package gate

import (
	"context"
	"errors"
	"io"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

// relay passes any request of any service through, both ways.
func (g *gate) relay(_ any, client grpc.ServerStream) error {
	method, ok := grpc.MethodFromServerStream(client)
	if !ok {
		return status.Error(codes.Internal, "a request without a method")
	}
	connection, done := g.upstream.use()
	defer done()
	ctx, cancel := context.WithCancel(outgoing(client.Context()))
	defer cancel()
	server, err := connection.NewStream(ctx, &grpc.StreamDesc{ServerStreams: true, ClientStreams: true}, method)
	if err != nil {
		return err
	}
	go func() {
		if sendAll(client, server) != nil {
			cancel()
		}
	}()
	return receiveAll(server, client)
}

// sendAll passes on what the client sends. It returns an error if the client breaks off.
func sendAll(client grpc.ServerStream, server grpc.ClientStream) error {
	for {
		var f frame
		err := client.RecvMsg(&f)
		if errors.Is(err, io.EOF) {
			return server.CloseSend()
		}
		if err != nil {
			return err
		}
		if err := server.SendMsg(&f); err != nil {
			return nil // its reason is what the server sends
		}
	}
}

// receiveAll passes on what the server sends, and returns its status.
func receiveAll(server grpc.ClientStream, client grpc.ServerStream) error {
	isFirst := true
	for {
		var f frame
		err := server.RecvMsg(&f)
		if isFirst {
			isFirst = false
			if headers, err := server.Header(); err == nil {
				_ = client.SetHeader(forwardable(headers))
			}
		}
		if err != nil {
			client.SetTrailer(forwardable(server.Trailer()))
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
		if err := client.SendMsg(&f); err != nil {
			return err
		}
	}
}
