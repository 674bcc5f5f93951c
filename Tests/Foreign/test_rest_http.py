"""REST as HTTP: methods, unknown routes, hostile paths, connections that are kept."""

import http.client
import socket

import pytest

from callers import new_id
from problems import assert_problem
from raw_http2 import RawHTTP2

ROUTES = {
    "/api/messages/{id}": {"GET", "POST"},
    "/api/messages/{id}/batch": {"POST"},
    "/api/messages/{id}/changes": {"GET"},
    "/api/messages/{id}/{id}": {"GET", "PATCH", "DELETE"},
    "/api/sessions/create": {"POST"},
    "/api/sessions/": {"GET"},
    "/api/sessions": {"GET"},
    "/api/sessions/{id}": {"GET", "DELETE"},
    "/api/sessions/{id}/rename": {"PUT"},
    "/api/sessions/{id}/restore": {"POST"},
    "/api/sessions/{id}/reset": {"POST"},
    "/api/sessions/{id}/export": {"GET"},
    "/healthz": {"GET"},
    "/readyz": {"GET"},
}
ALWAYS = {"HEAD", "OPTIONS"}
KNOWN = {"GET", "POST", "PUT", "PATCH", "DELETE"}


def allowed(answer):
    return {method.strip() for method in answer.headers["allow"].split(",")}


def methods_of(route):
    """HEAD goes where GET goes; a path may belong to two routes, one with a field where the other has a word."""
    methods = set(ROUTES[route])
    if route in ("/api/messages/{id}/batch", "/api/messages/{id}/changes"):
        methods |= ROUTES["/api/messages/{id}/{id}"]
    if route == "/api/sessions/create":
        methods |= ROUTES["/api/sessions/{id}"]
    return methods


@pytest.mark.parametrize("route", ROUTES)
def test_a_method_that_a_route_lacks_is_a_405_that_tells_which_it_has(http, route):
    path = route.replace("{id}", new_id())
    for method in sorted(KNOWN - methods_of(route)):
        answer = http.request(method, path)
        assert_problem(answer, 405)
        assert ROUTES[route] <= allowed(answer) and method not in allowed(answer)
        assert allowed(answer) <= methods_of(route) | ALWAYS


@pytest.mark.parametrize("route", ROUTES)
def test_options_tells_the_methods_of_a_route(http, route):
    answer = http.options(route.replace("{id}", new_id()))
    assert answer.status_code in (200, 204)
    assert ROUTES[route] <= allowed(answer) <= methods_of(route) | ALWAYS


@pytest.mark.parametrize("route", ["/api/messages/{id}", "/api/sessions/", "/api/sessions/{id}", "/healthz", "/readyz"])
def test_head_is_get_without_the_body(http, route):
    session = http.post("/api/sessions/create", json={}).json()["id"]
    path = route.replace("{id}", session)
    head, get = http.head(path), http.get(path)
    assert (head.status_code, head.content) == (get.status_code, b"") == (200, b"")
    assert head.headers["content-type"] == get.headers["content-type"]
    if "content-length" in head.headers and route != "/api/sessions/":
        assert head.headers["content-length"] == str(len(get.content))


def test_head_of_what_is_not_there_is_a_404_without_a_body(http):
    answer = http.head(f"/api/sessions/{new_id()}")
    assert (answer.status_code, answer.content) == (404, b"")


@pytest.mark.parametrize(
    "path",
    ["/api", "/api/", "/api/nothing", "/api/messages", "/api/messages/", "/API/sessions/", "/api/sessions/{id}/nothing",
     "/api//sessions", "//api/sessions", "/api/sessions/{id}/rename/more", "/api/messages/{id}/{id}/{id}",
     "/healthz/more"],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_an_unknown_route_is_a_404(http, method, path):
    with_id = path.replace("{id}", new_id())
    request = http.build_request(method, "/")
    request.url = request.url.copy_with(raw_path=with_id.encode())
    assert_problem(http.send(request), 404)


@pytest.mark.parametrize("path", [b"/api/sessions/../sessions/", b"/api/./sessions/", b"/nothing/../healthz"])
def test_dots_lead_nowhere(server, path):
    request = b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    assert raw_answer(server, request).startswith((b"HTTP/1.1 404", b"HTTP/1.1 400"))


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_a_healthy_server_says_so(http, path):
    assert http.get(path).status_code == 200


@pytest.mark.parametrize(
    "segment",
    ["{id}%2fbatch", "{id}%2Fbatch", "..%2f{id}", "%2e%2e", "{id}%00", "%00", "{id}%0d%0a", "{id}%0d%0aX-Evil:%201",
     "{id}%", "{id}%2", "{id}%zz", "%c0%af", "%ff", "{id}%20", "{id}+", "{id};x=1", "{id}%3flimit=1", "{id}%23"],
)
@pytest.mark.parametrize("path", ["/api/messages/{segment}", "/api/sessions/{segment}", "/api/messages/{id}/{segment}"])
def test_a_hostile_segment_is_refused(http, path, segment):
    session = http.post("/api/sessions/create", json={}).json()["id"]
    full = path.replace("{segment}", segment).replace("{id}", session)
    for method in ("GET", "POST"):
        request = http.build_request(method, "/", content=b'{"role":"user","content":"x"}' if method == "POST" else None)
        request.url = request.url.copy_with(raw_path=full.encode())
        answer = http.send(request)
        assert answer.status_code in (400, 404, 405), answer.text
        assert "x-evil" not in answer.headers
    assert http.get(f"/api/messages/{session}").json()["total_count"] == 0


def test_an_id_may_be_written_with_percent_signs(http):
    session = http.post("/api/sessions/create", json={}).json()["id"]
    request = http.build_request("GET", "/")
    request.url = request.url.copy_with(raw_path=f"/api/sessions/{session.replace('-', '%2d')}".encode())
    assert http.send(request).json()["id"] == session


def test_a_target_over_8_kib_is_a_414(http):
    assert http.get("/api/sessions/?user_id=" + "x" * (9 << 10)).status_code == 414


def raw_answer(server, request: bytes) -> bytes:
    """All that an HTTP/1.1 server says to bytes, until it closes or has answered."""
    host, _, port = server.address.rpartition(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(request)
        answer = b""
        while b"\r\n\r\n" not in answer:
            received = connection.recv(65536)
            if not received:
                break
            answer += received
    return answer


@pytest.mark.parametrize("byte", [b"\0", b"\r", b"\n", b"\x01", b"\x7f", b" "], ids=repr)
def test_a_raw_control_byte_in_an_http_1_target_is_refused(server, byte):
    target = b"/api/sessions/" + byte + new_id().encode()
    answer = raw_answer(server, b"GET " + target + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert answer == b"" or answer.startswith((b"HTTP/1.1 400", b"HTTP/1.0 400")), answer


@pytest.mark.parametrize("byte", ["\0", "\r", "\n", "\r\nx: y", " "], ids=repr)
def test_a_raw_control_byte_in_an_http_2_path_is_refused(server, byte):
    with RawHTTP2(server.address) as connection:
        try:
            answer = connection.request("GET", f"/api/sessions/{byte}{new_id()}")
        except AssertionError:
            return
    assert answer.reset is not None or answer.status == 400


@pytest.mark.parametrize(
    "request_bytes",
    [b"GET\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"GET / HTTP/9.9\r\n\r\n", b"\0" * 64 + b"\r\n\r\n",
     b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
     b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
     b"GET / HTTP/1.1\r\nHost: a\r\nbad header\r\n\r\n"],
    ids=["no target", "TLS", "HTTP/9.9", "zeros", "a negative length", "two lengths", "a broken header"],
)
def test_bytes_that_are_no_http_are_refused_and_nobody_else_notices(server, caller, request_bytes):
    answer = raw_answer(server, request_bytes)
    assert answer == b"" or answer.split(b" ")[1].startswith((b"4", b"5"))
    assert caller.create(new_id()).seq == 1


@pytest.mark.parametrize(
    "headers",
    [{"x-large": "v" * (20 << 10)}, {f"x-{number}": "v" for number in range(150)}],
    ids=["20 KiB", "150 fields"],
)
def test_headers_over_the_limit_are_a_431(server, headers):
    host, _, port = server.address.rpartition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    connection.request("GET", "/healthz", headers=headers)
    assert connection.getresponse().status == 431
    connection.close()


def test_one_connection_serves_many_requests_errors_too(server):
    host, _, port = server.address.rpartition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=10)
    connection.connect()
    kept = connection.sock
    session = new_id()
    steps = [("GET", "/healthz", None, 200), ("POST", f"/api/messages/{session}", b"{", 400), ("GET", "/nothing", None, 404),
             ("POST", f"/api/messages/{session}", b'{"role":"user","content":"x"}', 201),
             ("HEAD", f"/api/messages/{session}", None, 200), ("GET", f"/api/messages/{session}", None, 200)]
    for method, path, body, status in steps:
        connection.request(method, path, body)
        answer = connection.getresponse()
        answer.read()
        assert (answer.status, connection.sock) == (status, kept)
    connection.request("GET", "/healthz", headers={"Connection": "close"})
    assert connection.getresponse().getheader("Connection", "").lower() == "close"
    connection.close()


def test_requests_in_a_pipeline_are_answered_in_their_order(server):
    host, _, port = server.address.rpartition(":")
    session = new_id()
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        request = b"".join(
            f"POST /api/messages/{session} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()
            for body in (f'{{"role":"user","content":"{number}"}}' for number in range(10))
        )
        connection.sendall(request + b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        answer = b""
        while received := connection.recv(65536):
            answer += received
    assert answer.count(b"HTTP/1.1 201") == 10 and answer.count(b"HTTP/1.1 200") == 1
    places = [answer.index(f'"seq":{number},'.encode()) for number in range(1, 11)]
    assert places == sorted(places)


def test_a_body_in_chunks_is_read(http):
    session = new_id()
    parts = iter([b'{"role":"us', b'er","cont', b'ent":"hello"}'])
    assert http.post(f"/api/messages/{session}", content=parts).status_code == 201


def test_a_body_announced_with_100_continue_is_read(server):
    host, _, port = server.address.rpartition(":")
    body = b'{"role":"user","content":"hello"}'
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        head = f"POST /api/messages/{new_id()} HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode())
        assert connection.recv(65536).startswith(b"HTTP/1.1 100")
        connection.sendall(body)
        assert b"HTTP/1.1 201" in connection.recv(65536)
