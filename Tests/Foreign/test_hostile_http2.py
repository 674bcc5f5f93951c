"""Attacks on HTTP/2: the offender's connection is ended, others notice nothing, and memory stays where it was."""

import contextlib
import struct
import threading
import time

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from hyperframe.frame import (
    ContinuationFrame, DataFrame, ExtensionFrame, HeadersFrame, PingFrame, PriorityFrame, RstStreamFrame, SettingsFrame,
    WindowUpdateFrame,
)

from hostile_http2 import Closed, HostilePeer
from servers import Server
from stores import new_database

NO_ERROR, PROTOCOL_ERROR, FLOW_CONTROL_ERROR, STREAM_CLOSED, FRAME_SIZE_ERROR = 0x0, 0x1, 0x3, 0x5, 0x6
COMPRESSION_ERROR, ENHANCE_YOUR_CALM = 0x9, 0xB


@pytest.fixture(scope="module")
def victim(tmp_path_factory):
    """A server with one event loop: whoever holds it up holds up everyone."""
    directory = tmp_path_factory.mktemp("hostile")
    server = Server(
        directory / "server.log", "--database", new_database("sqlite", directory), "--event-loops", "1"
    ).start()
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def bystander(victim):
    """Calls that go on all the while, on a connection of their own: each has to be answered, and soon."""
    with grpc.insecure_channel(victim.address) as channel:
        health = health_pb2_grpc.HealthStub(channel)
        over, failures, calls = threading.Event(), [], []

        def call_on() -> None:
            while not over.is_set():
                try:
                    began = time.monotonic()
                    health.Check(health_pb2.HealthCheckRequest(), timeout=5)
                    calls.append(time.monotonic() - began)
                except grpc.RpcError as error:
                    failures.append(error)

        thread = threading.Thread(target=call_on)
        thread.start()
        yield calls
        over.set()
        thread.join()
    assert not failures
    assert calls


@pytest.fixture(autouse=True)
def memory(victim):
    """Nothing that a peer does here may cost the server more than it gives back."""
    before = resident_mebibytes(victim)
    yield
    assert resident_mebibytes(victim) - before < 50


def resident_mebibytes(server) -> float:
    with open(f"/proc/{server.process.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:")) / 1024


def flood(victim, frames, count: int = 200_000, settings=None) -> int:
    """Sends them until the connection is closed; returns the code of its GOAWAY."""
    with HostilePeer(victim.address, settings) as peer:
        part = b"".join(frame.serialize() for frame in frames)
        repeats = max(1, 65536 // len(part))
        with contextlib.suppress(Closed):
            for _ in range(count * len(frames) // repeats + 1):
                peer.send_bytes(part * repeats)
        return peer.wait_for_end()


class UnknownFrame(ExtensionFrame):
    def __init__(self):
        super().__init__(type=0xEE, stream_id=0, body=b"")


FLOODS = {
    "PING": [PingFrame(0, opaque_data=b"12345678")],
    "SETTINGS": [SettingsFrame(0)],
    "SETTINGS with values": [SettingsFrame(0, settings={SettingsFrame.INITIAL_WINDOW_SIZE: 70_000})],
    "PRIORITY": [PriorityFrame(1, depends_on=3, stream_weight=7)],
    "WINDOW_UPDATE of the connection": [WindowUpdateFrame(0, window_increment=1)],
    "unknown frames": [UnknownFrame()],
}


@pytest.mark.parametrize("name", FLOODS)
def test_a_flood_of_frames_that_ask_for_nothing_ends_its_connection(victim, name):
    assert flood(victim, FLOODS[name]) == ENHANCE_YOUR_CALM


def test_a_flood_of_empty_data_ends_its_connection(victim):
    with HostilePeer(victim.address) as peer:
        peer.send(peer.request("/api/sessions/create", end=False))
        with pytest.raises(Closed):
            for _ in range(1_000):
                peer.send_bytes(DataFrame(1, b"").serialize() * 1_000)
        assert peer.goaways[-1].error_code == ENHANCE_YOUR_CALM


def test_a_flood_of_window_updates_for_a_stream_ends_its_connection(victim):
    with HostilePeer(victim.address) as peer:
        peer.send(peer.request("/api/sessions/create", end=False))
        with pytest.raises(Closed):
            for _ in range(1_000):
                peer.send_bytes(WindowUpdateFrame(1, window_increment=1).serialize() * 1_000)
        assert peer.goaways[-1].error_code == ENHANCE_YOUR_CALM


def test_streams_opened_and_reset_end_their_connection(victim):
    """Rapid reset (CVE-2023-44487): 100,000 on as many connections as it takes."""
    sent = connections = 0
    while sent < 100_000:
        connections += 1
        with HostilePeer(victim.address) as peer:
            with contextlib.suppress(Closed):
                while sent < 100_000:
                    part = b""
                    for _ in range(200):
                        opening = peer.request()
                        part += opening.serialize() + RstStreamFrame(opening.stream_id, error_code=8).serialize()
                    peer.send_bytes(part)
                    sent += 200
            if sent < 100_000:
                assert peer.goaways[-1].error_code == ENHANCE_YOUR_CALM
    assert connections > 10


def wrong_window(stream):
    return [WindowUpdateFrame(stream, window_increment=1), WindowUpdateFrame(stream, window_increment=0x7FFFFFFF)]


class RawFrame(ExtensionFrame):
    def __init__(self, type: int, stream: int, body: bytes):
        super().__init__(type=type, stream_id=stream, body=body)


# What a peer may do wrong on a stream so that the server resets it ("MadeYouReset", CVE-2025-8671).
MADE_YOU_RESET = {
    "a window update of nothing": (False, lambda stream: [RawFrame(0x8, stream, struct.pack(">L", 0))]),
    "a window beyond its limit": (False, lambda stream: [RawFrame(0x8, stream, struct.pack(">L", 0x7FFFFFFF))]),
    "a priority of the wrong length": (False, lambda stream: [RawFrame(0x2, stream, b"\0\0\0\0")]),
    "a stream that depends on itself": (False, lambda stream: [RawFrame(0x2, stream, struct.pack(">LB", stream, 1))]),
    "DATA after the end": (True, lambda stream: [DataFrame(stream, b"x")]),
    "HEADERS after the end": (True, lambda stream: [RawFrame(0x1, stream, b"")]),
}


@pytest.mark.parametrize("name", MADE_YOU_RESET)
def test_streams_that_the_server_is_made_to_reset_end_their_connection(victim, name):
    ends, wrong = MADE_YOU_RESET[name]
    with HostilePeer(victim.address) as peer:
        with pytest.raises(Closed):
            for _ in range(20_000):
                opening = peer.request(end=ends) if ends else peer.request("/api/sessions/create", end=False)
                # The answer may be out before the mistake: then it is one on a closed stream, and costs nothing.
                peer.send(opening, *wrong(opening.stream_id), RstStreamFrame(opening.stream_id, error_code=8))
        assert peer.goaways, "the connection was closed without a GOAWAY"
        assert peer.goaways[-1].error_code in {
            ENHANCE_YOUR_CALM, PROTOCOL_ERROR, FLOW_CONTROL_ERROR, STREAM_CLOSED, FRAME_SIZE_ERROR
        }
        assert peer.next_stream < 10_000


def test_a_header_block_without_an_end_ends_its_connection(victim):
    """CONTINUATION flood (CVE-2024-28182)."""
    with HostilePeer(victim.address) as peer:
        opening = peer.request()
        opening.flags.discard("END_HEADERS")
        with pytest.raises(Closed):
            peer.send(opening)
            for _ in range(100_000):
                peer.send(ContinuationFrame(1, data=peer.encoder.encode([("x-more", "of it")])))
        assert peer.goaways, "the connection was closed without a GOAWAY"
        assert peer.goaways[-1].error_code in {ENHANCE_YOUR_CALM, PROTOCOL_ERROR}, peer.goaways


def test_headers_that_grow_when_they_are_decoded_end_their_connection(victim):
    """HPACK bomb: one large field in the table, and many small references to it."""
    with HostilePeer(victim.address) as peer:
        first = peer.request(more=[("x-bomb", "b" * 3_000)])
        index = peer.encoder.encode([("x-bomb", "b" * 3_000)])
        assert len(index) <= 2, "the encoder was to refer to its table"
        second = HeadersFrame(3, data=first.data[:0] + index * 10_000, flags=["END_STREAM", "END_HEADERS"])
        with pytest.raises(Closed):
            peer.send(first, second)
            peer.wait_for(lambda: False)
        assert peer.goaways[-1].error_code in {ENHANCE_YOUR_CALM, COMPRESSION_ERROR, PROTOCOL_ERROR}


@pytest.mark.parametrize("count, size", [(101, 10), (10, 2_000), (1, 17_000)])
def test_headers_over_the_limit_are_a_431_and_the_connection_goes_on(victim, count, size):
    with HostilePeer(victim.address) as peer:
        peer.send(peer.request(more=[(f"x-{number}", "a" * size) for number in range(count)]))
        peer.wait_for(lambda: 1 in peer.statuses)
        assert peer.statuses[1] == "431"
        peer.send(peer.request())
        peer.wait_for(lambda: 3 in peer.statuses)
        assert peer.statuses[3] == "200"


def test_a_window_that_is_opened_byte_by_byte_ends_its_connection(victim):
    """Data dribble: a window of one byte, again and again, for answers that have many."""
    with HostilePeer(victim.address, {SettingsFrame.INITIAL_WINDOW_SIZE: 1}) as peer:
        peer.send(peer.request("/api/sessions/"))
        with pytest.raises(Closed):
            for _ in range(50_000):
                peer.send_bytes(WindowUpdateFrame(1, window_increment=1).serialize() * 100)
        assert peer.goaways[-1].error_code == ENHANCE_YOUR_CALM


def test_a_good_peer_may_ping_and_open_windows_as_it_reads(victim):
    with HostilePeer(victim.address) as peer:
        for _ in range(3_000):
            peer.send(peer.request(), WindowUpdateFrame(0, window_increment=100))
        peer.settle()
        peer.wait_for(lambda: len(peer.statuses) == 3_000)
        assert set(peer.statuses.values()) == {"200"}
        assert not peer.goaways
