"""gRPC-Web as browsers' libraries make it: binary and text, with the trailers in the body, by both versions of HTTP."""

import base64
import gzip

import httpx
import pytest

from callers import create_request, new_id
from interop_cases import RESPONSE_SIZES, output_request
from interop_programs import InteropServer
from interop_service import INITIAL, TRAILING, payload
from interop_stubs import empty_pb2, messages_pb2
from stubs import message_pb2

BINARY = ["application/grpc-web", "application/grpc-web+proto"]
TEXT = ["application/grpc-web-text", "application/grpc-web-text+proto"]
TEST = "/grpc.testing.TestService"
CREATE = "/chatrpc.v1.MessageService/CreateMessage"


def framed(message: bytes, flags: int = 0) -> bytes:
    return bytes([flags]) + len(message).to_bytes(4, "big") + message


class Reply:
    """A response, taken apart."""

    def __init__(self, answer: httpx.Response):
        assert answer.status_code == 200, answer.text
        self.headers = answer.headers
        body = answer.content
        if "-text" in answer.headers["content-type"]:
            # Each piece has its own padding: four characters at a time are right however they are cut.
            assert len(body) % 4 == 0
            body = b"".join(base64.b64decode(body[index:index + 4], validate=True) for index in range(0, len(body), 4))
        frames = []
        while body:
            length = int.from_bytes(body[1:5], "big")
            assert len(body) >= 5 + length, "the body ends inside a frame"
            frames.append((body[0], body[5:5 + length]))
            body = body[5 + length:]
        flags, block = frames.pop()
        assert flags == 0x80, "the last frame holds no trailers"
        assert all(flags in (0, 1) for flags, _ in frames)
        self.messages = [gzip.decompress(message) if flags else message for flags, message in frames]
        lines = block.decode("ascii").split("\r\n")
        assert lines.pop() == ""
        self.trailers = dict(line.split(":", 1) for line in lines)
        assert all(name == name.lower() for name in self.trailers)

    @property
    def status(self) -> int:
        return int(self.trailers["grpc-status"])


@pytest.fixture(scope="module")
def interop(tmp_path_factory):
    server = InteropServer(tmp_path_factory.mktemp("web") / "server.log").launch()
    yield server
    server.stop()


@pytest.fixture(scope="module", params=["HTTP/1.1", "HTTP/2"])
def browser(request, interop):
    second = request.param == "HTTP/2"
    with httpx.Client(base_url=interop.url, http1=not second, http2=second, timeout=30) as client:
        yield client


@pytest.fixture(params=BINARY + TEXT)
def kind(request):
    return request.param


def send(client, path: str, kind: str, body: bytes, **headers: str) -> Reply:
    text = "-text" in kind
    headers = {"content-type": kind, "accept": kind, "x-grpc-web": "1", "x-user-agent": "grpc-web-javascript/0.1", **headers}
    answer = client.post(path, content=base64.b64encode(body) if text else body, headers=headers)
    assert answer.headers["content-type"] == kind
    return Reply(answer)


def test_a_unary_call(browser, kind):
    request = messages_pb2.SimpleRequest(response_size=314159, payload=payload(271828))
    reply = send(browser, f"{TEST}/UnaryCall", kind, framed(request.SerializeToString()))
    assert (reply.status, len(reply.messages)) == (0, 1)
    assert messages_pb2.SimpleResponse.FromString(reply.messages[0]).payload == payload(314159)


def test_a_server_stream(browser, kind):
    body = framed(output_request(*RESPONSE_SIZES).SerializeToString())
    reply = send(browser, f"{TEST}/StreamingOutputCall", kind, body)
    answers = [messages_pb2.StreamingOutputCallResponse.FromString(message) for message in reply.messages]
    assert [answer.payload for answer in answers] == [payload(size) for size in RESPONSE_SIZES]
    assert reply.status == 0


def test_metadata_goes_both_ways(browser, kind):
    body = framed(empty_pb2.Empty().SerializeToString())
    reply = send(browser, f"{TEST}/EmptyCall", kind, body, **{INITIAL: "hello", TRAILING: "q6ur"})
    assert reply.headers[INITIAL] == "hello"
    assert reply.trailers[TRAILING] == "q6ur"


def test_an_error_is_in_the_trailers(browser, kind):
    status = messages_pb2.EchoStatus(code=2, message="wörds")
    request = messages_pb2.SimpleRequest(response_status=status)
    reply = send(browser, f"{TEST}/UnaryCall", kind, framed(request.SerializeToString()))
    assert (reply.messages, reply.status, reply.trailers["grpc-message"]) == ([], 2, "w%C3%B6rds")
    assert send(browser, f"{TEST}/Nothing", kind, framed(b"")).status == 12
    assert send(browser, "/grpc.testing.No/EmptyCall", kind, framed(b"")).status == 12


def test_a_deadline(browser, kind):
    sleepy = output_request(1)
    sleepy.response_parameters[0].interval_us = 30_000_000
    body = framed(sleepy.SerializeToString())
    assert send(browser, f"{TEST}/StreamingOutputCall", kind, body, **{"grpc-timeout": "200m"}).status == 4
    assert send(browser, f"{TEST}/EmptyCall", kind, framed(b""), **{"grpc-timeout": "soon"}).status == 3


def test_compression(browser, kind):
    request = messages_pb2.SimpleRequest(
        response_size=100_000, expect_compressed=messages_pb2.BoolValue(value=True),
        response_compressed=messages_pb2.BoolValue(value=True))
    body = framed(gzip.compress(request.SerializeToString()), 1)
    headers = {"grpc-encoding": "gzip", "grpc-accept-encoding": "gzip"}
    reply = send(browser, f"{TEST}/UnaryCall", kind, body, **headers)
    assert (reply.status, reply.headers["grpc-encoding"]) == (0, "gzip")
    assert messages_pb2.SimpleResponse.FromString(reply.messages[0]).payload == payload(100_000)
    assert int(reply.headers["content-length"]) < 10_000
    refused = send(browser, f"{TEST}/UnaryCall", kind, body, **{"grpc-encoding": "br"})
    assert refused.status == 12 and "gzip" in refused.trailers["grpc-accept-encoding"]


def test_text_may_come_in_pieces_that_are_padded_each(browser):
    request = messages_pb2.SimpleRequest(response_size=5).SerializeToString()
    pieces = b"".join(base64.b64encode(framed(request)[index:index + 2]) for index in range(0, 5 + len(request), 2))
    answer = browser.post(f"{TEST}/UnaryCall", content=pieces, headers={"content-type": TEXT[0]})
    assert Reply(answer).status == 0


@pytest.mark.parametrize("body", [b"*", b"AAAA=AAA", b"A", b"===="])
def test_text_that_is_not_base64_is_an_error(browser, body):
    answer = browser.post(f"{TEST}/UnaryCall", content=body, headers={"content-type": TEXT[0]})
    assert Reply(answer).status == 3


@pytest.mark.parametrize("body", [b"\0", b"\0\0\0\0\5ab", b"\x80\0\0\0\0", framed(b"\xff"), framed(b"", 1)])
def test_broken_frames_are_an_error(browser, body):
    answer = browser.post(f"{TEST}/UnaryCall", content=body, headers={"content-type": BINARY[0]})
    reply = Reply(answer)
    assert (reply.status, reply.messages) == (3, [])


@pytest.mark.parametrize("body", [b"", framed(b"") * 2], ids=["none", "two"])
def test_another_number_of_messages_than_one_is_unimplemented(browser, body):
    answer = browser.post(f"{TEST}/UnaryCall", content=body, headers={"content-type": BINARY[0]})
    assert (Reply(answer).status, Reply(answer).messages) == (12, [])


def test_a_small_message_that_unpacks_to_a_large_one_is_refused(browser):
    bomb = framed(gzip.compress(bytes(64 << 20)), 1)
    reply = send(browser, f"{TEST}/UnaryCall", BINARY[0], bomb, **{"grpc-encoding": "gzip"})
    assert (reply.status, reply.messages) == (3, [])


def test_our_own_contract(http, kind):
    session = new_id()
    reply = send(http, CREATE, kind, framed(create_request(session, content="hi").SerializeToString()))
    assert reply.status == 0
    assert message_pb2.CreateMessageResponse.FromString(reply.messages[0]).seq == 1
    refused = send(http, CREATE, kind, framed(create_request(session, content="").SerializeToString()))
    assert refused.status == 3 and "grpc-status-details-bin" in refused.trailers
