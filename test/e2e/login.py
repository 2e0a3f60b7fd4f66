"""A whole login by a client that nobody here wrote: Python's gRPC, its messages made from descriptors while it runs.

Usage: login.py HOST:PORT USER_TOKEN DESCRIPTOR_SET
"""

import base64
import json
import sys

import grpc
from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory

address, token, descriptors = sys.argv[1:]
pool = descriptor_pool.DescriptorPool()
with open(descriptors, "rb") as file:
    for proto in descriptor_pb2.FileDescriptorSet.FromString(file.read()).file:
        pool.Add(proto)
service = pool.FindServiceByName("qrlogin.v1.QrLoginService")
channel = grpc.insecure_channel(address)
app = "Basic " + base64.b64encode(b"demo-app:demo-secret").decode()
user = "Bearer " + token


def message_class(descriptor):
    # Debian's protobuf has the older of the two.
    if hasattr(message_factory, "GetMessageClass"):
        return message_factory.GetMessageClass(descriptor)
    return message_factory.MessageFactory(pool).GetPrototype(descriptor)


def call(method, body, authorization, kind=channel.unary_unary):
    descriptor = service.methods_by_name[method]
    request = message_class(descriptor.input_type)
    stub = kind(
        f"/{service.full_name}/{method}",
        request_serializer=request.SerializeToString,
        response_deserializer=message_class(descriptor.output_type).FromString,
    )
    return stub(json_format.ParseDict(body, request()), metadata=[("authorization", authorization)], timeout=20)


ticket = call("CreateTicket", {"customData": {"from": "Python"}}, app)
watch = call(
    "WatchStatus",
    {"ticketId": ticket.ticket_id, "ticketSecret": ticket.ticket_secret},
    app,
    channel.unary_stream,
)
seen = [next(watch).status]
asked = call("MarkScanned", {"qrContent": ticket.qr_content}, user)
seen.append(next(watch).status)
call("Authorize", {"ticketId": ticket.ticket_id}, user)
seen.append(next(watch).status)
exchange = {"exchangeTicket": seen[-1].exchange_ticket}
signed_in = call("ExchangeUserInfo", exchange, app)
seen += [message.status for message in watch]
try:
    call("ExchangeUserInfo", exchange, app)
    refusal = None
except grpc.RpcError as error:
    details = dict(error.trailing_metadata())["grpc-status-details-bin"]
    refusal = [error.code().name, b"TICKET_ALREADY_EXCHANGED" in details]

print(
    json.dumps(
        {
            "app": asked.app.name,
            "user": signed_in.user.user_id,
            "states": [status.state for status in seen],
            "revisions": [status.revision for status in seen],
            "refusal": refusal,
        }
    )
)
