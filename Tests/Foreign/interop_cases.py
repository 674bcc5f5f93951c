"""The cases of grpc's doc/interop-test-descriptions.md, made by a stock grpcio client."""

import queue

import grpc
import pytest

from interop_service import INITIAL, TRAILING, payload
from interop_stubs import empty_pb2, messages_pb2, test_pb2_grpc

CASES = {}
TIMEOUT = 30
REQUEST_SIZES = [27182, 8, 1828, 45904]
RESPONSE_SIZES = [31415, 9, 2653, 58979]
LARGE = messages_pb2.SimpleRequest(response_size=314159, payload=payload(271828))


def case(function):
    CASES[function.__name__] = function
    return function


def run(name: str, channel: grpc.Channel) -> None:
    CASES[name](test_pb2_grpc.TestServiceStub(channel), channel)


def output_request(*sizes: int, body: int | None = None):
    parameters = [messages_pb2.ResponseParameters(size=size) for size in sizes]
    request = messages_pb2.StreamingOutputCallRequest(response_parameters=parameters)
    if body is not None:
        request.payload.CopyFrom(payload(body))
    return request


class Requests:
    """A stream of requests that stays open until it is told to end."""

    def __init__(self, *requests):
        self._queue = queue.SimpleQueue()
        for request in requests:
            self.send(request)

    def send(self, request):
        self._queue.put(request)

    def end(self):
        self._queue.put(None)

    def __iter__(self):
        return iter(self._queue.get, None)


def fails(code: grpc.StatusCode, message: str | None, call, *arguments, timeout: float = TIMEOUT):
    with pytest.raises(grpc.RpcError) as raised:
        answer = call(*arguments, timeout=timeout)
        list(answer if isinstance(answer, grpc.Call) else ())
    assert raised.value.code() == code
    assert message is None or raised.value.details() == message


@case
def empty_unary(stub, _):
    assert stub.EmptyCall(empty_pb2.Empty(), timeout=TIMEOUT) == empty_pb2.Empty()


@case
def large_unary(stub, _):
    assert stub.UnaryCall(LARGE, timeout=TIMEOUT).payload == payload(314159)


@case
def client_streaming(stub, _):
    requests = (messages_pb2.StreamingInputCallRequest(payload=payload(size)) for size in REQUEST_SIZES)
    assert stub.StreamingInputCall(requests, timeout=TIMEOUT).aggregated_payload_size == 74922


@case
def server_streaming(stub, _):
    answers = list(stub.StreamingOutputCall(output_request(*RESPONSE_SIZES), timeout=TIMEOUT))
    assert [answer.payload for answer in answers] == [payload(size) for size in RESPONSE_SIZES]


@case
def ping_pong(stub, _):
    requests = Requests()
    answers = stub.FullDuplexCall(iter(requests), timeout=TIMEOUT)
    for body, size in zip(REQUEST_SIZES, RESPONSE_SIZES):
        requests.send(output_request(size, body=body))
        assert next(answers).payload == payload(size)
    requests.end()
    assert list(answers) == []


@case
def empty_stream(stub, _):
    assert list(stub.FullDuplexCall(iter(()), timeout=TIMEOUT)) == []


@case
def custom_metadata(stub, _):
    metadata = [(INITIAL, "test_initial_metadata_value"), (TRAILING, b"\xab\xab\xab")]
    answer, unary = stub.UnaryCall.with_call(LARGE, metadata=metadata, timeout=TIMEOUT)
    assert answer.payload == payload(314159)
    stream = stub.FullDuplexCall(iter([output_request(314159, body=271828)]), metadata=metadata, timeout=TIMEOUT)
    assert [answer.payload for answer in stream] == [payload(314159)]
    for call in (unary, stream):
        assert metadata[0] in call.initial_metadata()
        assert metadata[1] in call.trailing_metadata()


@case
def status_code_and_message(stub, _):
    status = messages_pb2.EchoStatus(code=2, message="test status message")
    unary = messages_pb2.SimpleRequest(response_status=status)
    fails(grpc.StatusCode.UNKNOWN, status.message, stub.UnaryCall, unary)
    duplex = messages_pb2.StreamingOutputCallRequest(response_status=status)
    fails(grpc.StatusCode.UNKNOWN, status.message, stub.FullDuplexCall, iter([duplex]))


@case
def special_status_message(stub, _):
    message = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"
    request = messages_pb2.SimpleRequest(response_status=messages_pb2.EchoStatus(code=2, message=message))
    fails(grpc.StatusCode.UNKNOWN, message, stub.UnaryCall, request)


@case
def unimplemented_method(stub, _):
    fails(grpc.StatusCode.UNIMPLEMENTED, None, stub.UnimplementedCall, empty_pb2.Empty())


@case
def unimplemented_service(_, channel):
    stub = test_pb2_grpc.UnimplementedServiceStub(channel)
    fails(grpc.StatusCode.UNIMPLEMENTED, None, stub.UnimplementedCall, empty_pb2.Empty())


@case
def cancel_after_begin(stub, _):
    requests = Requests()
    call = stub.StreamingInputCall.future(iter(requests), timeout=TIMEOUT)
    call.cancel()
    assert call.code() == grpc.StatusCode.CANCELLED
    requests.end()


@case
def cancel_after_first_response(stub, _):
    requests = Requests(output_request(31415, body=27182))
    call = stub.FullDuplexCall(iter(requests), timeout=TIMEOUT)
    assert next(call).payload == payload(31415)
    call.cancel()
    with pytest.raises(grpc.RpcError):
        next(call)
    assert call.code() == grpc.StatusCode.CANCELLED
    requests.end()


@case
def timeout_on_sleeping_server(stub, _):
    requests = Requests(output_request(body=27182))
    fails(grpc.StatusCode.DEADLINE_EXCEEDED, None, stub.FullDuplexCall, iter(requests), timeout=0.001)
    requests.end()
