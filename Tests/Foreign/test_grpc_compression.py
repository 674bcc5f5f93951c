"""Compression of messages: by grpcio, and what it never sends by hand."""

import gzip
import zlib

import grpc
import pytest

from callers import Caller, create_request, failure_of, new_id
from raw_http2 import RawHTTP2
from stubs import message_pb2

CREATE = "/chatrpc.v1.MessageService/CreateMessage"
KNOWN = "identity,deflate,gzip"
MIB = 1024 * 1024
FORMATS = {"gzip": gzip.compress, "deflate": zlib.compress}


def memory_peak(server) -> int:
    """The most memory that the server has ever had at once, in bytes."""
    with open(f"/proc/{server.process.pid}/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))


def send(server, framed: bytes, *headers: tuple[str, str]):
    with RawHTTP2(server.address) as connection:
        return connection.request(
            "POST", CREATE, framed, ("content-type", "application/grpc"), ("te", "trailers"), *headers
        )


def frame(message: bytes, flag: int = 1) -> bytes:
    return bytes([flag]) + len(message).to_bytes(4, "big") + message


@pytest.mark.parametrize("compression", [grpc.Compression.Gzip, grpc.Compression.Deflate])
def test_a_compressed_message_is_kept_as_it_was(server, compression):
    session, content = new_id(), "compressed? " * 10_000
    with grpc.insecure_channel(server.address, compression=compression) as channel:
        caller = Caller(channel)
        assert caller.create(session, content).seq == 1
        assert [message.content for message in caller.list(session).messages] == [content]


@pytest.mark.parametrize("name", FORMATS)
def test_what_pythons_own_modules_compress_is_understood(server, name):
    answer = send(
        server, frame(FORMATS[name](create_request(new_id(), "x" * 5_000).SerializeToString())), ("grpc-encoding", name)
    )
    assert answer.header("grpc-status") == "0"
    assert answer.headers["grpc-accept-encoding"] == KNOWN and "grpc-encoding" not in answer.headers
    assert message_pb2.CreateMessageResponse.FromString(answer.body[5:]).seq == 1


def test_an_unknown_compression_is_unimplemented_and_the_known_ones_are_named(server):
    answer = send(server, frame(b"\1\2\3"), ("grpc-encoding", "snappy"))
    assert answer.header("grpc-status") == "12" and answer.header("grpc-accept-encoding") == KNOWN
    assert KNOWN in answer.header("grpc-message")


@pytest.mark.parametrize("encoding", [[], [("grpc-encoding", "identity")]], ids=["none", "identity"])
def test_a_compressed_message_without_an_encoding_is_an_error(server, encoding):
    answer = send(server, frame(gzip.compress(create_request(new_id()).SerializeToString())), *encoding)
    assert answer.header("grpc-status") == "13"


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize(
    "damage", [lambda good: good[:-1], lambda good: good[:-6] + b"\0\0" + good[-4:], lambda good: good + good,
               lambda good: b"\0" * 20], ids=["cut off", "changed", "twice", "nothing of the kind"],
)
def test_a_damaged_message_is_an_error_and_nothing_is_written(server, caller, name, damage):
    session = new_id()
    caller.create(session)
    before = caller.state(session)
    good = FORMATS[name](create_request(session, "x" * 5_000).SerializeToString())
    answer = send(server, frame(damage(good)), ("grpc-encoding", name))
    assert answer.header("grpc-status") == "13" and "decompressed" in answer.header("grpc-message")
    assert caller.state(session) == before


@pytest.mark.parametrize("compression", [grpc.Compression.Gzip, grpc.Compression.Deflate])
def test_a_bomb_is_refused_before_it_takes_memory(server, channel, compression):
    call = channel.unary_unary(CREATE)
    before = memory_peak(server)
    for _ in range(3):
        with pytest.raises(grpc.RpcError) as raised:
            call(bytes(256 * MIB), compression=compression)
        failure = failure_of(raised.value)
        assert (failure.code, failure.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "CONTENT_TOO_LARGE")
    assert memory_peak(server) - before < 32 * MIB
