"""A peer that sends whatever frames a test says, right or wrong, and reads what comes back."""

import selectors
import socket
import time

from hpack import Decoder, Encoder
from hyperframe.frame import Frame, GoAwayFrame, HeadersFrame, PingFrame, RstStreamFrame, SettingsFrame

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SECONDS = 30


class Closed(Exception):
    """The server has ended the connection."""


class HostilePeer:
    def __init__(self, address: str, settings: dict[int, int] | None = None):
        host, _, port = address.rpartition(":")
        self.socket = socket.create_connection((host, int(port)), timeout=SECONDS)
        self.encoder = Encoder()
        self.decoder = Decoder()
        self.received = b""
        self.goaways: list[GoAwayFrame] = []
        self.resets: dict[int, int] = {}
        self.statuses: dict[int, str] = {}
        self.next_stream = 1
        self.send_bytes(PREFACE + SettingsFrame(0, settings=settings or {}).serialize())

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    # Out

    def send_bytes(self, data: bytes) -> None:
        """Sends all of it, and takes what comes back meanwhile: a server that can't write would stop reading."""
        self.socket.setblocking(False)
        deadline = time.monotonic() + SECONDS
        with selectors.DefaultSelector() as selector:
            selector.register(self.socket, selectors.EVENT_READ | selectors.EVENT_WRITE)
            while data:
                assert time.monotonic() < deadline, "the server neither reads nor closes"
                for _, events in selector.select(1):
                    if events & selectors.EVENT_READ:
                        self.take()
                    if events & selectors.EVENT_WRITE:
                        try:
                            data = data[self.socket.send(data[:65536]) :]
                        except BlockingIOError:
                            pass
                        except OSError as error:
                            raise Closed from error

    def send(self, *frames: Frame) -> None:
        self.send_bytes(b"".join(frame.serialize() for frame in frames))

    def request(self, path: str = "/healthz", end: bool = True, more: list[tuple[str, str]] | None = None) -> HeadersFrame:
        """The frame that opens the next stream."""
        frame = HeadersFrame(self.next_stream, flags=["END_HEADERS"] + (["END_STREAM"] if end else []))
        self.next_stream += 2
        names = [(":method", "GET" if end else "POST"), (":scheme", "http"), (":authority", "localhost"), (":path", path)]
        frame.data = self.encoder.encode(names + (more or []))
        return frame

    # In

    def take(self) -> None:
        try:
            part = self.socket.recv(1 << 20)
        except BlockingIOError:
            return
        except OSError as error:
            raise Closed from error
        if not part:
            raise Closed
        self.received += part
        while len(self.received) >= 9:
            frame, length = Frame.parse_frame_header(memoryview(self.received[:9]))
            if len(self.received) < 9 + length:
                break
            frame.parse_body(memoryview(self.received[9 : 9 + length]))
            self.received = self.received[9 + length :]
            self.note(frame)

    def note(self, frame: Frame) -> None:
        match frame:
            case GoAwayFrame():
                self.goaways.append(frame)
            case RstStreamFrame():
                self.resets[frame.stream_id] = frame.error_code
            case HeadersFrame():
                fields = dict(self.decoder.decode(frame.data))
                self.statuses.setdefault(frame.stream_id, fields.get(":status", ""))

    def wait_for(self, condition) -> None:
        deadline = time.monotonic() + SECONDS
        self.socket.setblocking(True)
        self.socket.settimeout(SECONDS)
        while not condition():
            assert time.monotonic() < deadline, "it never came"
            self.take()

    def settle(self) -> None:
        """Returns when the server has worked off everything that was sent before."""
        payload = self.next_stream.to_bytes(8, "big")
        seen = []
        note = self.note
        self.note = lambda frame: seen.append(frame.opaque_data) if isinstance(frame, PingFrame) else note(frame)
        try:
            self.send(PingFrame(0, opaque_data=payload))
            self.wait_for(lambda: payload in seen)
        finally:
            self.note = note

    def wait_for_end(self) -> int:
        """Returns the code of the last GOAWAY once the connection is closed."""
        try:
            self.wait_for(lambda: False)
        except Closed:
            pass
        assert self.goaways, "the connection was closed without a GOAWAY"
        return self.goaways[-1].error_code
