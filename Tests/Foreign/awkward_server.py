"""A server of grpc's TestService/UnaryCall, by the h2 package, that does what one case of grpc's negative HTTP/2 tests says.

What a client does that it may not do is in `violations` when the server has been closed.
"""

import socket
import threading
from dataclasses import dataclass, field

import h2.config
import h2.connection
import h2.events
import h2.exceptions
import h2.settings

from interop_stubs import messages_pb2

SECONDS = 30
SIZE = 314_159


def answer() -> bytes:
    message = messages_pb2.SimpleResponse(payload=messages_pb2.Payload(body=bytes(SIZE))).SerializeToString()
    return b"\0" + len(message).to_bytes(4, "big") + message


@dataclass
class Served:
    """What one connection saw."""

    streams: list[int] = field(default_factory=list)
    pings: int = 0
    pongs: int = 0
    most_open_once_limited: int = 0


class AwkwardServer:
    def __init__(self, case: str):
        self.case = case
        self.connections: list[Served] = []
        self.violations: list[str] = []
        self.threads: list[threading.Thread] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]

    def __enter__(self) -> "AwkwardServer":
        self.acceptor = threading.Thread(target=self.accept)
        self.acceptor.start()
        return self

    def __exit__(self, *_) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for thread in [self.acceptor, *self.threads]:
            thread.join(SECONDS)
            assert not thread.is_alive(), "a connection was never closed"

    def accept(self) -> None:
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            served = Served()
            self.connections.append(served)
            thread = threading.Thread(target=self.serve, args=(connection, served))
            self.threads.append(thread)
            thread.start()

    def serve(self, connection: socket.socket, served: Served) -> None:
        connection.settimeout(SECONDS)
        try:
            with connection:
                AwkwardConnection(self.case, connection, served).serve()
        except (AssertionError, h2.exceptions.ProtocolError, TimeoutError) as error:
            self.violations.append(f"{type(error).__name__}: {error}")
        except OSError:
            pass  # The client has closed it.


class AwkwardConnection:
    def __init__(self, case: str, connection: socket.socket, served: Served):
        self.case, self.socket, self.served = case, connection, served
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False, header_encoding="utf-8"))
        self.bodies: dict[int, bytes] = {}
        self.open: set[int] = set()
        self.is_limited = False
        self.h2.initiate_connection()
        self.flush()

    def flush(self) -> None:
        self.socket.sendall(self.h2.data_to_send())

    def serve(self) -> None:
        while received := self.socket.recv(65_536):
            for event in self.h2.receive_data(received):
                self.handle(event)
            for stream in list(self.bodies):
                self.send_body(stream)
            self.flush()

    def handle(self, event) -> None:
        match event:
            case h2.events.RequestReceived():
                assert dict(event.headers)[":path"] == "/grpc.testing.TestService/UnaryCall"
                self.served.streams.append(event.stream_id)
                self.open.add(event.stream_id)
                if self.is_limited:
                    self.served.most_open_once_limited = max(self.served.most_open_once_limited, len(self.open))
                if self.case == "max_streams" and len(self.served.streams) == 1:
                    self.h2.update_settings({h2.settings.SettingCodes.MAX_CONCURRENT_STREAMS: 1})
            case h2.events.SettingsAcknowledged():
                limit = h2.settings.SettingCodes.MAX_CONCURRENT_STREAMS
                self.is_limited = self.is_limited or limit in event.changed_settings
            case h2.events.DataReceived():
                self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
            case h2.events.StreamEnded():
                self.answer(event.stream_id)
            case h2.events.PingAckReceived():
                self.served.pongs += 1

    def answer(self, stream: int) -> None:
        if self.case == "goaway" and len(self.served.streams) == 1:
            self.h2.close_connection(last_stream_id=stream)
            # (h2 takes a connection that it has said GOAWAY on for closed; RFC 9113, section 6.8, does not.)
            self.h2.state_machine.state = h2.connection.ConnectionState.SERVER_OPEN
        self.ping()
        self.h2.send_headers(stream, [(":status", "200"), ("content-type", "application/grpc")])
        self.ping()
        if self.case == "rst_after_header":
            return self.reset(stream)
        self.bodies[stream] = answer()

    def send_body(self, stream: int) -> None:
        """As much as the client's windows allow."""
        body = self.bodies[stream]
        end = len(answer()) // 2 if self.case == "rst_during_data" else 0
        while len(body) > end:
            count = min(self.h2.local_flow_control_window(stream), self.h2.max_outbound_frame_size, len(body) - end)
            if count == 0:
                self.bodies[stream] = body
                return
            self.h2.send_data(stream, body[:count])
            body = body[count:]
        del self.bodies[stream]
        self.ping()
        if self.case in ("rst_during_data", "rst_after_data"):
            return self.reset(stream)
        self.h2.send_headers(stream, [("grpc-status", "0")], end_stream=True)
        self.open.discard(stream)

    def reset(self, stream: int) -> None:
        self.h2.reset_stream(stream, error_code=0)
        self.open.discard(stream)

    def ping(self) -> None:
        if self.case == "ping":
            self.served.pings += 1
            self.h2.ping(self.served.pings.to_bytes(8, "big"))
