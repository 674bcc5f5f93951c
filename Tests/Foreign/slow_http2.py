"""An HTTP/2 client of many requests at once that says itself how much it is ready to read."""

import socket
import time
from collections import defaultdict
from collections.abc import Callable

import h2.config
import h2.connection
import h2.events
import h2.settings

SECONDS = 60
GOAWAY = 0x7


class SlowHTTP2:
    """On a connected socket. `window` is how many bytes each stream may get ahead of what has been read; 0 until
    `open_windows` says otherwise."""

    def __init__(self, peer: socket.socket, window: int):
        self.socket = peer
        self.window = window
        self.connection = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
        settings = {h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: window}
        self.connection.local_settings = h2.settings.Settings(client=True, initial_values=settings)
        self.connection.initiate_connection()
        self.headers: dict[int, dict[str, str]] = {}
        self.body_bytes: dict[int, int] = defaultdict(int)
        self.ended: set[int] = set()
        self.unread = b""
        self.send()

    def get(self, path: str) -> int:
        """Asks, and returns the number of the stream."""
        stream = self.connection.get_next_available_stream_id()
        names = [(":method", "GET"), (":scheme", "http"), (":authority", "localhost"), (":path", path)]
        self.connection.send_headers(stream, names, end_stream=True)
        self.send()
        return stream

    def open_windows(self, window: int = 1024 * 1024) -> None:
        for stream in self.headers:
            if stream not in self.ended:
                self.connection.increment_flow_control_window(window, stream)
        self.connection.increment_flow_control_window(16 * window)
        self.send()

    def wait_for(self, condition: Callable[[], bool], pause: float = 0) -> None:
        """Reads until something is so, with a pause after each piece."""
        deadline = time.monotonic() + SECONDS
        while not condition():
            assert time.monotonic() < deadline, f"it never came: {self.headers}, {dict(self.body_bytes)}"
            received = self.socket.recv(65536)
            assert received, f"the server closed the connection: {self.headers}, {dict(self.body_bytes)}"
            for event in self.connection.receive_data(self.without_goaway(received)):
                self.take(event)
            self.send()
            time.sleep(pause)

    def without_goaway(self, received: bytes) -> bytes:
        """The whole frames that have come, but for GOAWAY: after it, h2 would take none of the answers that still come."""
        self.unread += received
        frames = b""
        while len(self.unread) >= 9 and len(self.unread) >= (end := 9 + int.from_bytes(self.unread[:3], "big")):
            if self.unread[3] != GOAWAY:
                frames += self.unread[:end]
            self.unread = self.unread[end:]
        return frames

    def take(self, event: h2.events.Event) -> None:
        match event:
            case h2.events.ResponseReceived():
                self.headers[event.stream_id] = dict(event.headers)
            case h2.events.DataReceived():
                self.body_bytes[event.stream_id] += len(event.data)
                self.connection.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            case h2.events.StreamEnded():
                self.ended.add(event.stream_id)
            case h2.events.StreamReset():
                raise AssertionError(f"stream {event.stream_id} was reset with {event.error_code}")

    def send(self) -> None:
        self.socket.sendall(self.connection.data_to_send())
