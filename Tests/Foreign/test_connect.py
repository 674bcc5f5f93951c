"""PyPI's connectrpc client against both of our servers: the Connect protocol and gRPC-Web, each message in both codecs, by
both versions of HTTP, compressed and not."""

import base64
import gzip
import json
import socket
import time

import httpx
import pytest
from connectrpc.client import ResponseMetadata
from connectrpc.code import Code
from connectrpc.errors import ConnectError
from google.rpc import error_details_pb2

from callers import create_request, new_id
from connect_calls import WAYS, ConnectCaller, describe
from interop_cases import LARGE, REQUEST_SIZES, RESPONSE_SIZES, output_request
from interop_programs import InteropServer
from interop_service import INITIAL, TRAILING, payload
from interop_stubs import empty_pb2, messages_pb2, test_pb2
from raw_http2 import RawHTTP2
from servers import Server
from stubs import message_pb2, session_pb2
from test_metrics import metrics_url

SPECIAL = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"


TEST_SERVICE = "grpc.testing.TestService"


def method(name: str):
    return test_pb2.DESCRIPTOR.services_by_name["TestService"].methods_by_name[name]


MESSAGES = message_pb2.DESCRIPTOR.services_by_name["MessageService"].methods_by_name
SESSIONS = session_pb2.DESCRIPTOR.services_by_name["SessionService"].methods_by_name


@pytest.fixture(scope="module")
def interop(tmp_path_factory):
    server = InteropServer(tmp_path_factory.mktemp("connect") / "server.log").launch()
    yield server
    server.stop()


@pytest.fixture(scope="module", params=WAYS, ids=["-".join(way) for way in WAYS])
def way(request):
    return request.param


@pytest.fixture(scope="module")
def tester(interop, way):
    return ConnectCaller(interop.url, *way)


@pytest.fixture(scope="module")
def chat(server, way):
    return ConnectCaller(server.url, *way)


def fails(code: Code, message: str | None, call, *arguments, **options) -> ConnectError:
    with pytest.raises(ConnectError) as raised:
        answer = call(*arguments, **options)
        if hasattr(answer, "__next__"):
            list(answer)
    assert raised.value.code == code
    assert message is None or raised.value.message == message
    return raised.value


# grpc's interoperability cases, as far as a browser can make them


def test_empty_unary(tester):
    assert tester.unary(method("EmptyCall"), empty_pb2.Empty()) == empty_pb2.Empty()


def test_large_unary(tester):
    assert tester.unary(method("UnaryCall"), LARGE).payload == payload(314159)


def test_server_streaming(tester):
    answers = list(tester.server_stream(method("StreamingOutputCall"), output_request(*RESPONSE_SIZES)))
    assert [answer.payload for answer in answers] == [payload(size) for size in RESPONSE_SIZES]


def test_a_stream_without_messages(tester):
    assert list(tester.server_stream(method("StreamingOutputCall"), output_request())) == []


def test_client_streaming(tester):
    requests = [messages_pb2.StreamingInputCallRequest(payload=payload(size)) for size in REQUEST_SIZES]
    assert tester.client_stream(method("StreamingInputCall"), requests).aggregated_payload_size == 74922


def test_half_duplex(tester):
    requests = [output_request(size, body=body) for body, size in zip(REQUEST_SIZES, RESPONSE_SIZES)]
    answers = list(tester.bidi_stream(method("FullDuplexCall"), requests))
    assert [answer.payload for answer in answers] == [payload(size) for size in RESPONSE_SIZES]


def test_compressed_responses(tester):
    request = messages_pb2.SimpleRequest(response_size=314159, response_compressed=messages_pb2.BoolValue(value=True))
    assert tester.unary(method("UnaryCall"), request).payload == payload(314159)
    stream = output_request(31415, 92653)
    for parameters in stream.response_parameters:
        parameters.compressed.value = True
    answers = list(tester.server_stream(method("StreamingOutputCall"), stream))
    assert [answer.payload for answer in answers] == [payload(31415), payload(92653)]


def test_custom_metadata(tester):
    sent = {INITIAL: "test_initial_metadata_value", TRAILING: base64.b64encode(b"\xab\xab\xab").decode()}
    for call in (
        lambda: tester.unary(method("UnaryCall"), LARGE, headers=sent),
        lambda: list(tester.server_stream(method("StreamingOutputCall"), output_request(1), headers=sent)),
    ):
        with ResponseMetadata() as received:
            call()
        assert received.headers[INITIAL] == "test_initial_metadata_value"
        text = received.trailers[TRAILING]
        assert base64.b64decode(text + "=" * (-len(text) % 4)) == b"\xab\xab\xab"


@pytest.mark.parametrize("message", ["test status message", SPECIAL], ids=["plain", "special"])
def test_status_code_and_message(tester, message):
    status = messages_pb2.EchoStatus(code=2, message=message)
    unary = messages_pb2.SimpleRequest(response_status=status)
    fails(Code.UNKNOWN, message, tester.unary, method("UnaryCall"), unary)
    stream = messages_pb2.StreamingOutputCallRequest(response_status=status)
    fails(Code.UNKNOWN, message, tester.server_stream, method("StreamingOutputCall"), stream)


@pytest.mark.parametrize("code", list(Code), ids=[code.name for code in Code])
def test_every_code_arrives(tester, code):
    number = list(Code).index(code) + 1
    request = messages_pb2.SimpleRequest(response_status=messages_pb2.EchoStatus(code=number, message="why"))
    fails(code, "why", tester.unary, method("UnaryCall"), request)


def test_an_unknown_method_and_service(tester):
    unary, stream = method("EmptyCall"), method("StreamingOutputCall")
    fails(Code.UNIMPLEMENTED, None, tester.unary, describe(unary, name="Nothing"), empty_pb2.Empty())
    fails(Code.UNIMPLEMENTED, None, tester.unary, describe(unary, service="grpc.testing.No"), empty_pb2.Empty())
    fails(Code.UNIMPLEMENTED, None, tester.server_stream, describe(stream, name="Nothing"), output_request(1))


def test_a_deadline_ends_a_call_that_sleeps(tester):
    sleepy = output_request(1)
    sleepy.response_parameters[0].interval_us = 30_000_000
    start = time.monotonic()
    fails(Code.DEADLINE_EXCEEDED, None, tester.server_stream, method("StreamingOutputCall"), sleepy, timeout_ms=200)
    assert time.monotonic() - start < 20


# Our own contract


def test_the_contract_works_both_ways(chat):
    session = new_id()
    created = chat.unary(MESSAGES["CreateMessage"], create_request(session, content="héllo ☺"))
    assert (created.seq, created.duplicate) == (1, False)
    again = chat.unary(MESSAGES["ListMessages"], message_pb2.ListMessagesRequest(session_id=session))
    assert [(message.message_id, message.content) for message in again.messages] == [(created.message_id, "héllo ☺")]


def test_an_error_has_its_details(chat):
    error = fails(
        Code.INVALID_ARGUMENT, None, chat.unary, MESSAGES["CreateMessage"], create_request(new_id(), content=""))
    details = {detail.type_name: detail.message_bytes for detail in error.details}
    info = error_details_pb2.ErrorInfo.FromString(details["google.rpc.ErrorInfo"])
    assert info.reason and info.domain
    violations = error_details_pb2.BadRequest.FromString(details["google.rpc.BadRequest"]).field_violations
    assert [violation.field for violation in violations] == ["content"]
    assert "content" in error.message


def test_a_message_over_the_limit_is_refused(chat):
    large = create_request(new_id(), content="x" * (5 << 20))
    error = fails(Code.INVALID_ARGUMENT, None, chat.unary, MESSAGES["CreateMessage"], large)
    info = next(detail for detail in error.details if detail.type_name == "google.rpc.ErrorInfo")
    assert error_details_pb2.ErrorInfo.FromString(info.message_bytes).reason == "CONTENT_TOO_LARGE"


@pytest.mark.parametrize("codec", ["proto", "json"])
@pytest.mark.parametrize("compression", ["plain", "gzip"])
def test_what_changes_nothing_can_be_called_by_get(server, codec, compression):
    caller = ConnectCaller(server.url, codec=codec, compression=compression)
    session = new_id()
    caller.unary(MESSAGES["CreateMessage"], create_request(session, content="a"))
    request = session_pb2.GetSessionRequest(session_id=session)
    assert caller.unary(SESSIONS["GetSession"], request, use_get=True).id == session
    missing = session_pb2.GetSessionRequest(session_id=new_id())
    fails(Code.NOT_FOUND, None, caller.unary, SESSIONS["GetSession"], missing, use_get=True)


# By hand


def url(server, name: str, service: str = "chatrpc.v1.MessageService") -> str:
    return f"/{service}/{name}"


def test_curl_needs_nothing_but_json(http, server):
    session = new_id()
    body = {"sessionId": session, "role": "ROLE_USER", "content": "hi"}
    answer = http.post(url(server, "CreateMessage"), json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    assert (answer.json()["seq"], answer.json()["revision"]) == ("1", "1")
    refused = http.post(url(server, "CreateMessage"), json=body | {"role": "ROLE_UNSPECIFIED"})
    assert (refused.status_code, refused.headers["content-type"]) == (400, "application/json")
    error = refused.json()
    assert error["code"] == "invalid_argument" and "role" in error["message"]
    detail = error["details"][0]
    assert detail["type"] == "google.rpc.ErrorInfo" and "=" not in detail["value"]
    assert detail["debug"]["reason"]


def test_other_http_methods_and_types_are_refused_by_name(http, server):
    answer = http.put(url(server, "CreateMessage"), json={})
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST, OPTIONS")
    assert http.get(url(server, "CreateMessage")).status_code == 405
    options = http.options(url(server, "ListMessages"))
    assert (options.status_code, options.headers["allow"]) == (204, "GET, HEAD, POST, OPTIONS")
    for headers in ({"content-type": "text/plain"}, {"content-type": "application/connect+json"}, {}):
        answer = http.post(url(server, "CreateMessage"), content=b"{}", headers=headers)
        assert answer.status_code == 415
        assert "application/json" in answer.headers["accept-post"].split(", ")
    watch = http.post(url(server, "Watch", "grpc.health.v1.Health"), json={})
    assert (watch.status_code, "application/connect+json" in watch.headers["accept-post"]) == (415, True)


BAD_HEADERS = {
    "another version": ({"connect-protocol-version": "2"}, 400, "invalid_argument"),
    "no timeout": ({"connect-timeout-ms": ""}, 400, "invalid_argument"),
    "a timeout with a sign": ({"connect-timeout-ms": "+1"}, 400, "invalid_argument"),
    "a timeout of eleven digits": ({"connect-timeout-ms": "10000000000"}, 400, "invalid_argument"),
    "a timeout of nothing": ({"connect-timeout-ms": "0"}, 504, "deadline_exceeded"),
    "an unknown encoding": ({"content-encoding": "br"}, 501, "unimplemented"),
    "not gzip": ({"content-encoding": "gzip"}, 500, "internal"),
    "not base64": ({"x-bin": "*"}, 400, "invalid_argument"),
}


@pytest.mark.parametrize("headers, status, code", BAD_HEADERS.values(), ids=BAD_HEADERS)
def test_bad_headers_are_an_error_that_says_so(http, server, headers, status, code):
    body = {"sessionId": new_id(), "role": "ROLE_USER", "content": "hi"}
    answer = http.post(url(server, "CreateMessage"), json=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    listed = http.post(url(server, "ListMessages"), json={"sessionId": body["sessionId"]})
    assert listed.json().get("messages", []) == []


BAD_BODIES = {
    "no JSON": b"{",
    "not an object": b"[]",
    "an unknown member": b'{"nothing": 1}',
    "invalid UTF-8": b'{"content": "\xff"}',
    "nothing at all": b"",
}


@pytest.mark.parametrize("body", BAD_BODIES.values(), ids=BAD_BODIES)
def test_bad_json_is_an_error_that_says_so(http, server, body):
    answer = http.post(url(server, "CreateMessage"), content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_argument")
    assert answer.json()["message"]


BAD_QUERIES = ["", "?message={}", "?encoding=json", "?encoding=json&message=%7",
               "?encoding=json&message={}&connect=v2", "?encoding=proto&message=*&base64=1"]


@pytest.mark.parametrize("query", BAD_QUERIES)
def test_a_bad_query_is_an_error_that_says_so(http, server, query):
    answer = http.get(url(server, "GetSession", "chatrpc.v1.SessionService") + query)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_argument")
    assert answer.json()["message"]


def envelopes(body: bytes) -> list[tuple[int, bytes]]:
    found = []
    while body:
        length = int.from_bytes(body[1:5], "big")
        assert len(body) >= 5 + length, "the response ends inside a message"
        found.append((body[0], body[5:5 + length]))
        body = body[5 + length:]
    return found


def framed(message: bytes, flags: int = 0) -> bytes:
    return bytes([flags]) + len(message).to_bytes(4, "big") + message


BAD_STREAMS = {
    "half a prefix": b"\0\0",
    "half a message": b"\0\0\0\0\5ab",
    "a message of 4 GiB": b"\0\xff\xff\xff\xff",
    "an unknown flag": b"\4\0\0\0\2{}",
    "an end from the client": b"\2\0\0\0\2{}",
    "compressed without an encoding": framed(b"{}", 1),
    "no JSON": framed(b"{"),
}


@pytest.mark.parametrize("body", BAD_STREAMS.values(), ids=BAD_STREAMS)
def test_a_bad_stream_is_an_error_in_its_last_frame(http, server, body):
    headers = {"content-type": "application/connect+json"}
    answer = http.post(url(server, "Watch", "grpc.health.v1.Health"), content=body, headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/connect+json")
    (flags, end), = envelopes(answer.content)
    assert flags == 2
    assert json.loads(end)["error"]["code"] == "invalid_argument"


@pytest.mark.parametrize("body", [b"", framed(b"{}") * 2], ids=["none", "two"])
def test_another_number_of_messages_than_one_is_unimplemented(http, server, body):
    headers = {"content-type": "application/connect+json"}
    answer = http.post(url(server, "Watch", "grpc.health.v1.Health"), content=body, headers=headers)
    assert json.loads(envelopes(answer.content)[-1][1])["error"]["code"] == "unimplemented"


def test_a_query_may_hold_more_and_name_a_codec_that_is_not_known(http, server):
    path = url(server, "ListSessions", "chatrpc.v1.SessionService")
    query = "?connect=v1&encoding=json&message=%7B%7D"
    assert http.get(path + query + "&utm=%zz&%ff=1").status_code == 200
    head = http.head(path + query)
    assert (head.status_code, head.headers["content-type"], head.content) == (200, "application/json", b"")
    assert http.get(path + query.replace("json", "xml")).status_code == 415


def test_names_of_encodings_have_no_case(http, server):
    answer = http.post(url(server, "ListSessions", "chatrpc.v1.SessionService"), json={},
                       headers={"content-encoding": "Identity"})
    assert answer.status_code == 200


def connected(server) -> socket.socket:
    host, _, port = server.address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=30)


def read_all(connection: socket.socket) -> bytes:
    received = b""
    while part := connection.recv(1 << 20):
        received += part
    return received


def test_a_whole_url_as_target_is_understood(server):
    with connected(server) as connection:
        connection.sendall(
            b"POST http://h/grpc.health.v1.Health/Check HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"
            b"Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
        assert read_all(connection).startswith(b"HTTP/1.1 200 OK")


def test_the_time_that_a_request_takes_to_come_is_part_of_its_deadline(server):
    with connected(server) as connection:
        connection.sendall(
            b"POST /grpc.health.v1.Health/Check HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"
            b"Connect-Timeout-Ms: 100\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{")
        time.sleep(0.2)  # the deadline itself
        connection.sendall(b"}")
        assert read_all(connection).startswith(b"HTTP/1.1 504")


def test_a_deadline_holds_while_a_request_is_worked_off_that_has_come_whole(interop):
    """A megabyte that unpacks to two gigabytes."""
    message = messages_pb2.StreamingInputCallRequest(payload=payload(4 << 20)).SerializeToString()
    body = framed(gzip.compress(message), 1) * 500
    headers = {"content-type": "application/connect+proto", "connect-content-encoding": "gzip",
               "connect-timeout-ms": "200"}
    answer = httpx.post(interop.url + f"/{TEST_SERVICE}/StreamingInputCall", content=body, headers=headers, timeout=60)
    assert json.loads(envelopes(answer.content)[-1][1])["error"]["code"] == "deadline_exceeded"


def stream_request(size: int, count: int) -> bytes:
    return framed(output_request(*[size] * count).SerializeToString())


def test_by_http1_nothing_is_written_behind_a_deadline_but_the_end(interop):
    body = stream_request(1 << 20, 100)
    with connected(interop) as connection:
        connection.sendall(
            f"POST /{TEST_SERVICE}/StreamingOutputCall HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"
            f"Content-Type: application/connect+proto\r\nConnect-Timeout-Ms: 300\r\n"
            f"Content-Length: {len(body)}\r\n\r\n".encode() + body)
        time.sleep(1)  # past the deadline, without having read anything
        received = read_all(connection)
    assert len(received) < 50 << 20
    assert b'"code":"deadline_exceeded"' in received[-1000:]


def test_by_http2_a_peer_that_reads_late_is_told_of_the_deadline(interop):
    with RawHTTP2(interop.address) as peer:
        headers = [("content-type", "application/connect+proto"), ("connect-timeout-ms", "300")]
        answer = peer.request(
            "POST", f"/{TEST_SERVICE}/StreamingOutputCall", stream_request(400_000, 100), *headers, pause=1)
    assert answer.reset is None
    assert len(answer.body) < 50 << 20
    assert b'"code":"deadline_exceeded"' in answer.body[-1000:]


@pytest.mark.parametrize("version", ["HTTP/1.1", "HTTP/2"])
def test_messages_arrive_as_they_are_sent_and_a_caller_who_leaves_ends_the_call(tmp_path, version):
    server = Server(
        tmp_path / "server.log", "--database", f"sqlite://{tmp_path}/chat.db", "--metrics-port", "0").start()
    try:
        second = version == "HTTP/2"
        with httpx.Client(base_url=server.url, http1=not second, http2=second, timeout=30) as client:
            headers = {"content-type": "application/connect+json"}
            request = client.stream("POST", "/grpc.health.v1.Health/Watch", content=framed(b"{}"), headers=headers)
            with request as answer:
                frames = (frame for part in answer.iter_raw() for frame in envelopes(part))
                # It may take a moment until the service has seen that the store is usable.
                assert any(frame == (0, b'{"status":"SERVING"}') for frame in frames)
        labels = ['grpc_method="Watch"', 'grpc_code="CANCELLED"']
        deadline = time.monotonic() + 30
        while not any(
            line.startswith("grpc_server_handled_total") and all(label in line for label in labels)
            for line in httpx.get(metrics_url(server)).text.splitlines()
        ):
            assert time.monotonic() < deadline, "the call never ended"
            time.sleep(0.05)
        assert "a handler failed" not in server.log_text()
    finally:
        server.stop()
