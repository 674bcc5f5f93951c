"""grpc.testing.TestService by grpcio, after grpc's doc/interop-test-descriptions.md, for our client to call."""

import contextlib
import time
from concurrent import futures

import grpc

from interop_stubs import empty_pb2, messages_pb2, test_pb2_grpc

CODES = {code.value[0]: code for code in grpc.StatusCode}
INITIAL = "x-grpc-test-echo-initial"
TRAILING = "x-grpc-test-echo-trailing-bin"


def echo_metadata(context):
    metadata = context.invocation_metadata()
    context.send_initial_metadata([entry for entry in metadata if entry[0] == INITIAL])
    context.set_trailing_metadata([entry for entry in metadata if entry[0] == TRAILING])


def check_status(request, context):
    if request.HasField("response_status"):
        context.abort(CODES[request.response_status.code], request.response_status.message)


def payload(size: int):
    return messages_pb2.Payload(body=bytes(size))


def responses(request, context):
    for parameters in request.response_parameters:
        time.sleep(parameters.interval_us / 1e6)
        if not parameters.compressed.value:
            context.disable_next_message_compression()
        yield messages_pb2.StreamingOutputCallResponse(payload=payload(parameters.size))


class TestService(test_pb2_grpc.TestServiceServicer):
    """UnimplementedCall is as the stubs have it: UNIMPLEMENTED."""

    __test__ = False  # for pytest
    # Whether the requests that come are compressed, one after the other, by someone who can see it.
    compressed_requests = None

    def check_compression(self, request, context):
        if self.compressed_requests is None:
            return
        compressed = self.compressed_requests.popleft()
        if request.HasField("expect_compressed") and request.expect_compressed.value != compressed:
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "compression is not as expected")

    def EmptyCall(self, request, context):
        echo_metadata(context)
        return empty_pb2.Empty()

    def UnaryCall(self, request, context):
        self.check_compression(request, context)
        if request.response_compressed.value:
            context.set_compression(grpc.Compression.Gzip)
        echo_metadata(context)
        check_status(request, context)
        return messages_pb2.SimpleResponse(payload=payload(request.response_size))

    def StreamingOutputCall(self, request, context):
        if any(parameters.compressed.value for parameters in request.response_parameters):
            context.set_compression(grpc.Compression.Gzip)
        echo_metadata(context)
        check_status(request, context)
        yield from responses(request, context)

    def StreamingInputCall(self, requests, context):
        echo_metadata(context)
        size = 0
        for request in requests:
            self.check_compression(request, context)
            size += len(request.payload.body)
        return messages_pb2.StreamingInputCallResponse(aggregated_payload_size=size)

    def FullDuplexCall(self, requests, context):
        echo_metadata(context)
        for request in requests:
            check_status(request, context)
            yield from responses(request, context)


class Contrary(grpc.GenericRpcHandler):
    """Answers every call with success and nothing in it, by which few cases hold."""

    def service(self, details):
        def one(_, context):
            return b""

        def none(_, context):
            return iter(())

        if details.method.endswith(("StreamingOutputCall", "FullDuplexCall")):
            return grpc.stream_stream_rpc_method_handler(none)
        if details.method.endswith("StreamingInputCall"):
            return grpc.stream_unary_rpc_method_handler(one)
        return grpc.unary_unary_rpc_method_handler(one)


@contextlib.contextmanager
def serving(handler: test_pb2_grpc.TestServiceServicer | grpc.GenericRpcHandler,
            credentials: grpc.ServerCredentials | None = None):
    """Serves it, by TLS where there are credentials, and gives the address."""
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=8))
    if isinstance(handler, grpc.GenericRpcHandler):
        server.add_generic_rpc_handlers([handler])
    else:
        test_pb2_grpc.add_TestServiceServicer_to_server(handler, server)
    where = "127.0.0.1:0"
    port = server.add_secure_port(where, credentials) if credentials else server.add_insecure_port(where)
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop(grace=None).wait()
