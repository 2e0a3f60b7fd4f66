module example.com/phone

go 1.19

require (
	connectrpc.com/connect v1.11.1
	google.golang.org/genproto/googleapis/rpc v0.0.0-20240318140521-94a12d6c2237
)

require google.golang.org/protobuf v1.33.0
