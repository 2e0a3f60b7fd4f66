"""Signs a user in with a generic client that gets every message type by server reflection.

Arguments: address, app credential, user token, descriptors of the reflection service itself. Prints the user id.
"""

import sys

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

address, basic, token, bootstrap = sys.argv[1:]
pool = descriptor_pool.DescriptorPool()


def message(name):
    descriptor = pool.FindMessageTypeByName(name)
    if hasattr(message_factory, "GetMessageClass"):
        return message_factory.GetMessageClass(descriptor)
    return message_factory.MessageFactory(pool).GetPrototype(descriptor)


def add(files):
    for file in files:
        try:
            pool.FindFileByName(file.name)
        except KeyError:
            pool.Add(file) if not hasattr(pool, "AddSerializedFile") else pool.AddSerializedFile(file.SerializeToString())


def in_order(files):
    """Yields the files in dependency order, since a pool accepts a file only after its imports."""
    waiting = {file.name: file for file in files}
    while waiting:
        ready = [file for file in waiting.values() if not any(name in waiting for name in file.dependency)]
        for file in ready:
            yield waiting.pop(file.name)


with open(bootstrap, "rb") as file:
    add(in_order(descriptor_pb2.FileDescriptorSet.FromString(file.read()).file))

channel = grpc.insecure_channel(address)


def reflect(symbol):
    kind = "grpc.reflection.v1alpha.ServerReflection"
    Request, Response = message(kind + "Request"), message(kind + "Response")
    stream = channel.stream_stream(
        "/" + kind + "/ServerReflectionInfo",
        request_serializer=Request.SerializeToString,
        response_deserializer=Response.FromString,
    )
    answer = next(stream(iter([Request(file_containing_symbol=symbol)])))
    files = [descriptor_pb2.FileDescriptorProto.FromString(each) for each in answer.file_descriptor_response.file_descriptor_proto]
    add(in_order(files))


reflect("qrlogin.v1.QrLoginService")
service = pool.FindServiceByName("qrlogin.v1.QrLoginService")


def call(method, authorization, **fields):
    described = service.methods_by_name[method]
    Request, Response = message(described.input_type.full_name), message(described.output_type.full_name)
    make = channel.unary_stream if method == "WatchStatus" else channel.unary_unary
    rpc = make(
        "/qrlogin.v1.QrLoginService/" + method,
        request_serializer=Request.SerializeToString,
        response_deserializer=Response.FromString,
    )
    return rpc(Request(**fields), metadata=[("authorization", authorization)], timeout=20)


states = pool.FindEnumTypeByName("qrlogin.v1.TicketState").values_by_name
ticket = call("CreateTicket", basic)
proof = {"ticket_id": ticket.ticket_id, "ticket_secret": ticket.ticket_secret}
watch = call("WatchStatus", basic, **proof)
assert next(watch).status.state == states["TICKET_STATE_PENDING"].number
call("MarkScanned", token, qr_content=ticket.qr_content)
call("Authorize", token, ticket_id=ticket.ticket_id)
status = next(each.status for each in watch if each.status.state == states["TICKET_STATE_AUTHORIZED"].number)
answer = call("ExchangeUserInfo", basic, exchange_ticket=status.exchange_ticket)
last = [each.status for each in watch][-1]
assert last.state == states["TICKET_STATE_EXCHANGED"].number
try:
    call("ExchangeUserInfo", basic, exchange_ticket=status.exchange_ticket)
    raise AssertionError("the exchange ticket was accepted twice")
except grpc.RpcError as error:
    assert error.code() == grpc.StatusCode.FAILED_PRECONDITION, error
print(answer.user.user_id)
