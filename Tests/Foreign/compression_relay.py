"""A relay between a gRPC client and a server that sees which messages are compressed: grpcio tells neither side."""

import collections
import socket
import threading

from hyperframe.frame import DataFrame, Frame

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
FRAME_HEADER = 9
MESSAGE_PREFIX = 5


class MessageFlags:
    """Finds the messages in what one side of a connection sends (gRPC PROTOCOL-HTTP2, Length-Prefixed-Message)."""

    def __init__(self, flags: collections.deque[bool], preface: bytes = b""):
        self.flags = flags
        self._preface = len(preface)
        self._bytes = b""
        self._streams = collections.defaultdict(bytes)

    def receive(self, received: bytes) -> None:
        self._bytes += received[self._preface :]
        self._preface = max(0, self._preface - len(received))
        while len(self._bytes) >= FRAME_HEADER:
            frame, length = Frame.parse_frame_header(memoryview(self._bytes[:FRAME_HEADER]))
            end = FRAME_HEADER + length
            if len(self._bytes) < end:
                return
            if isinstance(frame, DataFrame):
                frame.parse_body(memoryview(self._bytes[FRAME_HEADER:end]))
                self._receive_data(frame.stream_id, frame.data)
            self._bytes = self._bytes[end:]

    def _receive_data(self, stream: int, data: bytes) -> None:
        rest = self._streams[stream] + data
        while len(rest) >= MESSAGE_PREFIX:
            end = MESSAGE_PREFIX + int.from_bytes(rest[1:MESSAGE_PREFIX], "big")
            if len(rest) < end:
                break
            self.flags.append(rest[0] == 1)
            rest = rest[end:]
        self._streams[stream] = rest


class CompressionRelay:
    """Listens at `address`; `requests` and `responses` tell of each message, in order, whether it is compressed. A message is
    noted before all of it has been passed on."""

    def __init__(self, server: str):
        host, _, port = server.rpartition(":")
        self._server = (host, int(port))
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self.requests: collections.deque[bool] = collections.deque()
        self.responses: collections.deque[bool] = collections.deque()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            server = socket.create_connection(self._server)
            for source, target, messages in [
                (client, server, MessageFlags(self.requests, PREFACE)), (server, client, MessageFlags(self.responses)),
            ]:
                threading.Thread(target=self._pass_on, args=(source, target, messages), daemon=True).start()

    @staticmethod
    def _pass_on(source: socket.socket, target: socket.socket, messages: MessageFlags) -> None:
        try:
            while received := source.recv(65536):
                messages.receive(received)
                target.sendall(received)
            target.shutdown(socket.SHUT_WR)
        except OSError:
            target.close()
