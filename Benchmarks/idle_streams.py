"""Opens Health/Watch streams and keeps them open, in plain HTTP/2 frames, so that the client costs next to nothing."""

import selectors
import socket

DATA, HEADERS, SETTINGS, PING = 0, 1, 4, 6
ACK, END_STREAM, END_HEADERS = 1, 1, 4
NUL_REQUEST = bytes(5)  # An empty HealthCheckRequest.


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


def field(name: str, value: str) -> bytes:
    """A literal field, not indexed (RFC 7541 §6.2.2), without Huffman coding."""
    return b"\0" + bytes([len(name)]) + name.encode() + bytes([len(value)]) + value.encode()


class IdleStreams:
    def __init__(self, address: str, connections: int, streams_each: int):
        self.connections = [Connection(address, streams_each) for _ in range(connections)]

    def __enter__(self) -> "IdleStreams":
        with selectors.DefaultSelector() as selector:
            for connection in self.connections:
                selector.register(connection.socket, selectors.EVENT_READ, connection)
            while any(connection.unanswered for connection in self.connections):
                ready = selector.select(timeout=60)
                if not ready:
                    raise SystemExit("not every stream was answered within 60 s")
                for key, _ in ready:
                    key.data.read()
        return self

    def __exit__(self, *_) -> None:
        for connection in self.connections:
            connection.socket.close()


class Connection:
    def __init__(self, address: str, streams: int):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)))
        self.unanswered = streams
        self.received = b""
        fields = [(":method", "POST"), (":scheme", "http"), (":path", "/grpc.health.v1.Health/Watch")]
        fields += [(":authority", address), ("content-type", "application/grpc"), ("te", "trailers")]
        block = b"".join(field(*each) for each in fields)
        out = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(SETTINGS, 0, 0)
        for stream in range(1, 2 * streams, 2):
            out += frame(HEADERS, END_HEADERS, stream, block) + frame(DATA, END_STREAM, stream, NUL_REQUEST)
        self.socket.sendall(out)

    def read(self) -> None:
        read = self.socket.recv(65_536)
        if not read:
            raise SystemExit("the server closed a connection of idle streams")
        self.received += read
        while len(self.received) >= 9:
            end = 9 + int.from_bytes(self.received[:3], "big")
            if len(self.received) < end:
                return
            kind, flags, payload = self.received[3], self.received[4], self.received[9:end]
            self.received = self.received[end:]
            if kind == SETTINGS and not flags & ACK:
                self.socket.sendall(frame(SETTINGS, ACK, 0))
            elif kind == PING and not flags & ACK:
                self.socket.sendall(frame(PING, ACK, 0, payload))
            elif kind == DATA and payload:
                self.unanswered -= 1
            elif flags & END_STREAM and kind in (DATA, HEADERS):
                raise SystemExit("the server ended a stream that was to stay open")
