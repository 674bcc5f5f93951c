"""HTTP/2 with prior knowledge by the h2 package, for requests that well-behaved clients refuse to make."""

import socket
import time
from dataclasses import dataclass, field

import h2.config
import h2.connection
import h2.events
import h2.settings


@dataclass
class Answer:
    """What came back on one stream."""

    headers: dict[str, str] = field(default_factory=dict)
    trailers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    reset: int | None = None

    @property
    def status(self) -> int | None:
        return int(self.headers[":status"]) if ":status" in self.headers else None

    def header(self, name: str) -> str | None:
        """From the trailers, or from the headers of an answer that has nothing else."""
        return self.trailers.get(name, self.headers.get(name))


class RawHTTP2:
    """One connection; one request at a time."""

    def __init__(self, address: str):
        host, _, port = address.rpartition(":")
        self.socket = socket.create_connection((host, int(port)), timeout=30)
        config = h2.config.H2Configuration(
            header_encoding="utf-8", validate_outbound_headers=False, normalize_outbound_headers=False
        )
        self.connection = h2.connection.H2Connection(config)
        self.connection.initiate_connection()
        self.authority = address

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def grpc_call(self, path: str, message: bytes, *headers: tuple[str, str]) -> Answer:
        framed = b"\0" + len(message).to_bytes(4, "big") + message
        return self.request("POST", path, framed, ("content-type", "application/grpc"), ("te", "trailers"), *headers)

    def request(
        self, method: str, path: str, body: bytes = b"", *headers: tuple[str, str], pause: float = 0
    ) -> Answer:
        """Sends a request and reads the answer, which it begins to do after so many seconds."""
        stream = self.connection.get_next_available_stream_id()
        pseudo = [(":method", method), (":scheme", "http"), (":authority", self.authority), (":path", path)]
        self.connection.send_headers(stream, [*pseudo, *headers], end_stream=not body)
        if body:
            self.connection.send_data(stream, body, end_stream=True)
        self.socket.sendall(self.connection.data_to_send())
        time.sleep(pause)
        return self._receive(stream)

    def _receive(self, stream: int) -> Answer:
        answer = Answer()
        while True:
            received = self.socket.recv(65536)
            assert received, f"the server closed the connection; so far: {answer}"
            for event in self.connection.receive_data(received):
                assert not isinstance(event, h2.events.ConnectionTerminated), f"GOAWAY: {event}"
                if getattr(event, "stream_id", None) != stream:
                    continue
                if isinstance(event, h2.events.ResponseReceived):
                    answer.headers = dict(event.headers)
                elif isinstance(event, h2.events.TrailersReceived):
                    answer.trailers = dict(event.headers)
                elif isinstance(event, h2.events.DataReceived):
                    answer.body += event.data
                    self.connection.acknowledge_received_data(event.flow_controlled_length, stream)
                elif isinstance(event, h2.events.StreamReset):
                    answer.reset = event.error_code
                    return answer
                elif isinstance(event, h2.events.StreamEnded):
                    self.socket.sendall(self.connection.data_to_send())
                    return answer
            self.socket.sendall(self.connection.data_to_send())
