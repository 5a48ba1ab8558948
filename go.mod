module github.com/interlock-build/rules_interlock

go 1.25.0

require (
	github.com/bazelbuild/rules_go v0.60.0
	github.com/gobwas/glob v1.1.0
	github.com/protocolbuffers/txtpbfmt v0.0.0-20261013103202-7c8a61a7a736
	golang.org/x/sys v0.36.0
	pgregory.net/rapid v1.3.0
)

require (
	github.com/mitchellh/go-wordwrap v1.0.1 // indirect
	google.golang.org/protobuf v1.36.10 // indirect
)
