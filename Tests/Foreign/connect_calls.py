"""Calls by PyPI's connectrpc, whose client speaks the Connect protocol and gRPC-Web, with Google's messages."""

from itertools import product

from connectrpc.client import ConnectClientSync
from connectrpc.compat import google_protobuf_binary_codec, google_protobuf_json_codec
from connectrpc.compression.gzip import GzipCompression
from connectrpc.method import IdempotencyLevel, MethodInfo, StreamType
from connectrpc.protocol import ProtocolType
from google.protobuf import descriptor_pb2, message_factory
from google.protobuf.descriptor import MethodDescriptor
from pyqwest import HTTPVersion, SyncClient, SyncHTTPTransport

PROTOCOLS = {"connect": ProtocolType.CONNECT, "grpc-web": ProtocolType.GRPC_WEB}
CODECS = {"proto": google_protobuf_binary_codec(), "json": google_protobuf_json_codec()}
VERSIONS = {"HTTP/1.1": HTTPVersion.HTTP1, "HTTP/2": HTTPVersion.HTTP2}
COMPRESSIONS = {"plain": None, "gzip": GzipCompression()}
# Every way in which a call can be made.
WAYS = list(product(PROTOCOLS, CODECS, VERSIONS, COMPRESSIONS))

_LEVELS = {
    descriptor_pb2.MethodOptions.IDEMPOTENCY_UNKNOWN: IdempotencyLevel.UNKNOWN,
    descriptor_pb2.MethodOptions.NO_SIDE_EFFECTS: IdempotencyLevel.NO_SIDE_EFFECTS,
    descriptor_pb2.MethodOptions.IDEMPOTENT: IdempotencyLevel.IDEMPOTENT,
}
_KINDS = {
    (False, False): StreamType.UNARY,
    (True, False): StreamType.CLIENT_STREAM,
    (False, True): StreamType.SERVER_STREAM,
    (True, True): StreamType.BIDI_STREAM,
}


def describe(method: MethodDescriptor, name: str | None = None, service: str | None = None) -> MethodInfo:
    """The method as connectrpc wants it described; under another name where a test wants one that is not there."""
    return MethodInfo(
        name=name or method.name,
        service_name=service or method.containing_service.full_name,
        input=message_factory.GetMessageClass(method.input_type),
        output=message_factory.GetMessageClass(method.output_type),
        idempotency_level=_LEVELS[method.GetOptions().idempotency_level],
        stream_type=_KINDS[method.client_streaming, method.server_streaming],
    )


class ConnectCaller:
    """A client that speaks one protocol by one version of HTTP, with one codec and compression."""

    def __init__(self, url: str, protocol="connect", codec="proto", version="HTTP/1.1", compression="plain"):
        self.protocol = protocol
        self.client = ConnectClientSync(
            url, codec=CODECS[codec], protocol=PROTOCOLS[protocol], send_compression=COMPRESSIONS[compression],
            http_client=SyncClient(transport=SyncHTTPTransport(http_version=VERSIONS[version])))

    def unary(self, method: MethodDescriptor | MethodInfo, request, **options):
        return self.client.execute_unary(request=request, method=_described(method), **options)

    def server_stream(self, method: MethodDescriptor | MethodInfo, request, **options):
        return self.client.execute_server_stream(request=request, method=_described(method), **options)

    def client_stream(self, method: MethodDescriptor | MethodInfo, requests, **options):
        return self.client.execute_client_stream(request=iter(requests), method=_described(method), **options)

    def bidi_stream(self, method: MethodDescriptor | MethodInfo, requests, **options):
        return self.client.execute_bidi_stream(request=iter(requests), method=_described(method), **options)


def _described(method: MethodDescriptor | MethodInfo) -> MethodInfo:
    return method if isinstance(method, MethodInfo) else describe(method)
