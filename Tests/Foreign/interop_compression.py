"""The cases about compression of grpc's doc/interop-test-descriptions.md, made by a stock grpcio client. What it can't see, or
can't do (messages of one stream that are compressed and others that are not), is seen and left to the relay."""

import grpc

from compression_relay import CompressionRelay
from interop_cases import TIMEOUT, fails
from interop_service import payload
from interop_stubs import messages_pb2, test_pb2_grpc

CASES = {}
PLAIN = grpc.Compression.NoCompression
COMPRESSIONS = [grpc.Compression.Gzip, grpc.Compression.Deflate]


def case(function):
    CASES[function.__name__] = function
    return function


def run(name: str, relay: CompressionRelay) -> None:
    with grpc.insecure_channel(relay.address) as channel:
        CASES[name](test_pb2_grpc.TestServiceStub(channel), relay)


def boolean(value: bool):
    return messages_pb2.BoolValue(value=value)


def large(**members):
    return messages_pb2.SimpleRequest(response_size=314159, payload=payload(271828), **members)


@case
def client_compressed_unary(stub, relay):
    fails(grpc.StatusCode.INVALID_ARGUMENT, None, stub.UnaryCall, large(expect_compressed=boolean(True)))
    for compression in [*COMPRESSIONS, PLAIN]:
        request = large(expect_compressed=boolean(compression != PLAIN))
        assert stub.UnaryCall(request, compression=compression, timeout=TIMEOUT).payload == payload(314159)
    assert list(relay.requests) == [False, True, True, False]
    assert not any(relay.responses)


@case
def server_compressed_unary(stub, relay):
    for compressed in (True, False):
        request = large(response_compressed=boolean(compressed))
        assert stub.UnaryCall(request, timeout=TIMEOUT).payload == payload(314159)
    assert list(relay.responses) == [True, False]


@case
def client_compressed_streaming(stub, relay):
    def requests(size, expected):
        yield messages_pb2.StreamingInputCallRequest(payload=payload(size), expect_compressed=boolean(expected))

    fails(grpc.StatusCode.INVALID_ARGUMENT, None, stub.StreamingInputCall, requests(27182, True))
    for compression in [*COMPRESSIONS, PLAIN]:
        answer = stub.StreamingInputCall(
            requests(45904, compression != PLAIN), compression=compression, timeout=TIMEOUT
        )
        assert answer.aggregated_payload_size == 45904
    assert list(relay.requests) == [False, True, True, False]


@case
def server_compressed_streaming(stub, relay):
    sizes = {True: 31415, False: 92653}
    parameters = [
        messages_pb2.ResponseParameters(size=size, compressed=boolean(compressed))
        for compressed, size in sizes.items()
    ]
    request = messages_pb2.StreamingOutputCallRequest(response_parameters=parameters)
    answers = list(stub.StreamingOutputCall(request, timeout=TIMEOUT))
    assert [answer.payload for answer in answers] == [payload(size) for size in sizes.values()]
    assert list(relay.responses) == [True, False]
