"""Peers that ask for much and read little: what was answered arrives whole, however late, and costs the server little memory."""

import signal
import socket
import time

import httpx
import pytest

from servers import Server
from slow_http2 import SlowHTTP2
from stores import new_database

MEBIBYTE = 1024 * 1024
MESSAGES = 12


PATH = "/api/messages/5b9ea3f2-3b6b-4a0e-9a7f-2f1a2f6b9d10"


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    """A database with one session of 12 MiB. What is tested here lies in front of the store: one store will do."""
    directory = tmp_path_factory.mktemp("slow-readers")
    url = new_database("sqlite", directory)
    server = Server(directory / "filling.log", "--database", url).start()
    with httpx.Client(base_url=server.url, timeout=30) as http:
        for number in range(MESSAGES):
            answer = http.post(PATH, json={"role": "user", "content": chr(97 + number) * MEBIBYTE})
            assert answer.status_code == 201, answer.text
    server.stop()
    return url


@pytest.fixture
def large_session(database, tmp_path):
    """A server of the test's own, and the path of a page of 12 MiB."""
    server = Server(tmp_path / "server.log", "--database", database).start()
    yield server, f"{PATH}?limit=500"
    if server.process.poll() is None:
        server.stop()


def connect(server) -> socket.socket:
    host, port = server.address.rsplit(":", 1)
    peer = socket.socket()
    # What the kernels keep is little, so that most of an answer waits in the server.
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16 * 1024)
    peer.settimeout(30)
    peer.connect((host, int(port)))
    return peer


def resident_mebibytes(server) -> float:
    with open(f"/proc/{server.process.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:")) / 1024


def read_head(peer: socket.socket) -> tuple[dict[str, str], bytes]:
    received = b""
    while b"\r\n\r\n" not in received:
        received += peer.recv(1024)
    head, rest = received.split(b"\r\n\r\n", 1)
    lines = head.decode().split("\r\n")
    assert lines[0] == "HTTP/1.1 200 OK"
    return {name.lower(): value for name, value in (line.split(": ", 1) for line in lines[1:])}, rest


def test_shutdown_waits_for_an_answer_by_http1_that_is_leaving(large_session):
    server, path = large_session
    with connect(server) as peer:
        peer.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        headers, body = read_head(peer)
        server.process.send_signal(signal.SIGTERM)
        while part := peer.recv(256 * 1024):
            body += part
            time.sleep(0.005)
    assert len(body) == int(headers["content-length"]) > MESSAGES * MEBIBYTE
    server.wait()


def test_a_peer_that_ends_its_side_while_it_reads_gets_everything(large_session):
    server, path = large_session
    with connect(server) as peer:
        peer.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        headers, body = read_head(peer)
        peer.shutdown(socket.SHUT_WR)
        while part := peer.recv(256 * 1024):
            body += part
            time.sleep(0.002)
    assert len(body) == int(headers["content-length"]) > MESSAGES * MEBIBYTE


def test_shutdown_waits_for_an_answer_by_http2_that_is_leaving(large_session):
    server, path = large_session
    with connect(server) as peer:
        client = SlowHTTP2(peer, window=128 * 1024)
        stream = client.get(path)
        client.wait_for(lambda: client.body_bytes[stream] > 0)
        server.process.send_signal(signal.SIGTERM)
        client.wait_for(lambda: stream in client.ended, pause=0.001)
        assert client.headers[stream][":status"] == "200"
        assert client.body_bytes[stream] == int(client.headers[stream]["content-length"]) > MESSAGES * MEBIBYTE
    server.wait()


def test_answers_that_nobody_reads_are_bounded(large_session):
    """Forty pages of 12 MiB, asked for one after another on one connection whose window stays shut."""
    server, path = large_session
    before = resident_mebibytes(server)
    with connect(server) as peer:
        client = SlowHTTP2(peer, window=0)
        streams = []
        for _ in range(40):
            streams.append(client.get(path))
            client.wait_for(lambda: streams[-1] in client.headers)
        statuses = [client.headers[stream][":status"] for stream in streams]
        assert set(statuses) == {"200", "429"}, statuses
        # 64 MiB may wait, and one answer over it; a page is held as rows and as JSON while it is made.
        assert resident_mebibytes(server) - before < 250
        # The connection goes on, and others notice nothing.
        with httpx.Client(base_url=server.url, timeout=30) as other:
            assert other.get(path).status_code == 200
        client.open_windows()
        wanted = [stream for stream, status in zip(streams, statuses) if status == "200"]
        client.wait_for(lambda: all(stream in client.ended for stream in wanted))
        assert all(client.body_bytes[stream] == int(client.headers[stream]["content-length"]) for stream in wanted)


def test_a_peer_that_pipelines_and_reads_nothing_is_answered_one_at_a_time(large_session):
    server, path = large_session
    before = resident_mebibytes(server)
    request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
    with connect(server) as peer:
        peer.sendall(request * 20)
        headers, body = read_head(peer)
        with httpx.Client(base_url=server.url, timeout=30) as other:
            assert other.get(path).status_code == 200
        assert resident_mebibytes(server) - before < 150
        length = int(headers["content-length"])
        total = 0
        # All twenty come in the end, one behind the other.
        while total < 20 * (length + 200) and (part := peer.recv(MEBIBYTE)):
            total += len(part)
            if total + len(body) >= 20 * length + 20 * 100:
                break
        assert total + len(body) >= 20 * length
