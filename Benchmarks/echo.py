"""The RPC layer beside nghttpd, grpc C++ and grpc-swift-2, which answer the same calls, and what many connections cost."""

import contextlib
import json
import os
import re
import resource
import subprocess
import tempfile
import time
from pathlib import Path

import rapid_reset
from idle_streams import IdleStreams
from programs import BINARIES, h2load, load_generator, nghttpd, output_of, resident_mebibytes

PEERS = {
    "chatrpc": [BINARIES / "chatrpc-echo-server"],
    "chatrpc plain": [BINARIES / "chatrpc-echo-server", "plain"],
    "grpc C++": [Path(os.environ["CHATRPC_PEERS"]) / "grpc-cpp" / "echo-server"],
    "grpc-swift-2": [Path(os.environ["CHATRPC_GRPC_SWIFT"]), "serve"],
}
HEADERS = ["content-type: application/grpc", "te: trailers", "grpc-timeout: 30S", "x-request-id: 0123456789abcdef"]
HEADERS += ["x-trace-bin: AAECAwQFBgc"]
MESSAGES_PER_STREAM = 100
LARGE_BYTES = 1 << 20
CALLS_IN_FLIGHT = 512
MAXIMUM_IDLE_STREAM_KIBIBYTES = 16
MAXIMUM_SOAK_GROWTH_MEBIBYTES = 32
MAXIMUM_ATTACK_GROWTH_MEBIBYTES = 50
MAXIMUM_ATTACK_RATIO = 2


def framed(payload: bytes) -> bytes:
    """A google.protobuf.BytesValue as gRPC sends it, not compressed."""
    length, varint = len(payload), b""
    while length > 0x7F:
        varint += bytes([length & 0x7F | 0x80])
        length >>= 7
    message = b"\x0a" + varint + bytes([length]) + payload
    return b"\0" + len(message).to_bytes(4, "big") + message


REQUEST = framed(b"x" * 254)
ANSWERS = {"Unary": REQUEST, "Stream": REQUEST * MESSAGES_PER_STREAM, "Large": framed(b"x" * LARGE_BYTES)}


class EchoServer:
    def __init__(self, name: str, body: str):
        self.body = body
        self.process = subprocess.Popen(PEERS[name], stdout=subprocess.PIPE, text=True)
        line = self.process.stdout.readline()
        if not line.startswith("ready http://"):
            raise SystemExit(f"{name} did not start")
        self.address = line.split("http://")[1].strip()
        for method, answer in ANSWERS.items():
            self._check(name, method, answer)

    def close(self) -> None:
        self.process.terminate()
        self.process.wait(30)

    def url(self, method: str) -> str:
        return f"http://{self.address}/chatrpc.bench.Echo/{method}"

    def load(self, method: str, seconds: float, *arguments: str) -> float:
        return h2load(self.url(method), seconds, *self.flags(), *arguments)

    def flags(self) -> list[str]:
        return [f"--data={self.body}", *(f"--header={header}" for header in HEADERS)]

    def _check(self, name: str, method: str, expected: bytes) -> None:
        """h2load sees no trailers: one call of each method has to be answered with what is expected, and OK."""
        with tempfile.TemporaryDirectory() as directory:
            fields, answer = Path(directory, "fields"), Path(directory, "answer")
            command = ["curl", "--silent", "--show-error", "--http2-prior-knowledge", "--data-binary", f"@{self.body}"]
            command += ["--dump-header", fields, "--output", answer]
            for header in HEADERS:
                command += ["--header", header]
            output_of([*command, self.url(method)])
            status = re.search(r"^grpc-status: *(\d+)", fields.read_text(), re.MULTILINE | re.IGNORECASE)
            if not status or status[1] != "0" or answer.read_bytes() != expected:
                raise SystemExit(f"{name} does not answer {method} as it should: {fields.read_text()}")


@contextlib.contextmanager
def request_body():
    with tempfile.NamedTemporaryFile() as body:
        body.write(REQUEST)
        body.flush()
        yield body.name


@contextlib.contextmanager
def echo_server(name: str):
    with request_body() as body:
        server = EchoServer(name, body)
        try:
            yield server
        finally:
            server.close()


def comparisons(alternate, rounds: int, seconds: float) -> list:
    with contextlib.ExitStack() as stack:
        ours, plain, cpp, swift = (stack.enter_context(echo_server(name)) for name in PEERS)
        small_file = stack.enter_context(nghttpd(REQUEST))
        large_file = stack.enter_context(nghttpd(ANSWERS["Large"]))
        few_streams = "--max-concurrent-streams=4"

        def unary():
            return ours.load("Unary", seconds)

        def streamed(server):
            return lambda: MESSAGES_PER_STREAM * server.load("Stream", seconds, few_streams)

        def file(address, *arguments):
            return lambda: h2load(f"http://{address}/answer", seconds, *arguments)

        def large():
            return ours.load("Large", seconds, few_streams)

        def own_client():
            return load_generator("echo", ours.address, CALLS_IN_FLIGHT, seconds)["calls_per_second"]

        def swift_client():
            port = swift.address.rsplit(":", 1)[1]
            told = output_of([PEERS["grpc-swift-2"][0], "call", port, str(CALLS_IN_FLIGHT), str(seconds)])
            return json.loads(told)["calls_per_second"]

        return [
            alternate("unary, everything on : nghttpd static file", "calls/s", rounds, unary, file(small_file), 0.6),
            alternate("unary, everything on : grpc C++", "calls/s", rounds, unary, lambda: cpp.load("Unary", seconds), 3),
            alternate("unary, everything on : grpc-swift-2", "calls/s", rounds, unary,
                      lambda: swift.load("Unary", seconds), 15),
            alternate("unary, everything on : plain", "calls/s", rounds, unary, lambda: plain.load("Unary", seconds)),
            alternate("server streaming : grpc C++", "messages/s", rounds, streamed(ours), streamed(cpp), 4),
            alternate("1 MiB answers : nghttpd static file", "calls/s", rounds, large, file(large_file, few_streams), 0.7),
            alternate("1 MiB answers : grpc C++", "calls/s", rounds, large,
                      lambda: cpp.load("Large", seconds, few_streams)),
            alternate("Swift client and server : grpc-swift-2's", "calls/s", rounds, own_client, swift_client, 10),
        ]


def idle_streams() -> tuple[str, bool]:
    """10,000 Health/Watch, each with its first answer, over 100 connections."""
    with echo_server("chatrpc") as server:
        before = resident_mebibytes(server.process.pid)
        with IdleStreams(server.address, connections=100, streams_each=100):
            after = resident_mebibytes(server.process.pid)
    kibibytes = (after - before) * 1024 / 10_000
    text = f"idle server-stream: {kibibytes:.1f} KiB resident, bound < {MAXIMUM_IDLE_STREAM_KIBIBYTES}"
    return text, kibibytes < MAXIMUM_IDLE_STREAM_KIBIBYTES


def soak(seconds: float) -> tuple[str, bool]:
    """1,000 connections of 100 streams: every answer good (h2load() ends the run otherwise), and no growth."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 65_536), hard))
    with echo_server("chatrpc") as server:
        sizes = []
        for _ in range(4):  # Four quarters, each with new connections: what the first one needed has to do for the last.
            rate = server.load("Unary", seconds / 4, "--clients=1000", "--max-concurrent-streams=100")
            time.sleep(0.5)
            sizes.append(resident_mebibytes(server.process.pid))
    growth = sizes[-1] - sizes[0]
    text = f"1,000 connections × 100 streams, {seconds:.0f} s: {rate:,.0f} calls/s, no error; resident memory by quarter "
    text += ", ".join(f"{size:.0f}" for size in sizes) + f" MiB, bound of growth < {MAXIMUM_SOAK_GROWTH_MEBIBYTES}"
    return text, growth < MAXIMUM_SOAK_GROWTH_MEBIBYTES


def rapid_resets(seconds: float) -> tuple[str, bool]:
    """A caller, and beside it a process that opens streams and resets them as fast as it can."""
    with echo_server("chatrpc") as server:
        before = resident_mebibytes(server.process.pid)
        normal, attacked, connections = rapid_reset.measure(
            server.address, "/chatrpc.bench.Echo/Unary", REQUEST, seconds)
        growth = resident_mebibytes(server.process.pid) - before
    normal, attacked = rapid_reset.percentile(normal, 0.99), rapid_reset.percentile(attacked, 0.99)
    text = f"rapid resets for {seconds:.0f} s, {connections:,} connections ended: memory {growth:+.0f} MiB, bound < "
    text += f"{MAXIMUM_ATTACK_GROWTH_MEBIBYTES}; a caller's p99 {attacked * 1e3:.2f} ms, else {normal * 1e3:.2f} ms, "
    text += f"bound of the ratio < {MAXIMUM_ATTACK_RATIO}"
    return text, growth < MAXIMUM_ATTACK_GROWTH_MEBIBYTES and attacked < MAXIMUM_ATTACK_RATIO * normal
