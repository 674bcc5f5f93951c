"""SIGTERM under load: what was accepted completes, what is new goes to the other server, and the end comes within its budget."""

import signal
import socket
import threading
import time

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from callers import Caller, create_request, new_id
from row_lock import RowLock
from servers import Server
from stores import new_database

WRITERS = 8
SECONDS = 60


@pytest.fixture
def database(tmp_path):
    return new_database("postgresql", tmp_path)


@pytest.fixture
def launch(tmp_path, database):
    launched = []

    def start(*arguments) -> Server:
        server = Server(tmp_path / f"server-{len(launched)}.log", "--database", database, *arguments)
        launched.append(server)
        return server.start()

    yield start
    for server in launched:
        if server.process.poll() is None:
            server.kill()


class Writer(threading.Thread):
    """Appends to a session of its own, one call after the other and none of them twice, until it is told to stop."""

    def __init__(self, target: str, acknowledged: threading.Semaphore, stop: threading.Event):
        super().__init__()
        self.target, self.acknowledged, self.stop = target, acknowledged, stop
        self.session, self.seqs, self.failure = new_id(), [], None

    def run(self):
        options = [("grpc.lb_policy_name", "round_robin"), ("grpc.use_local_subchannel_pool", 1)]
        with grpc.insecure_channel(self.target, options) as channel:
            caller = Caller(channel)
            try:
                while not self.stop.is_set():
                    request = create_request(self.session, f"{len(self.seqs) + 1}")
                    self.seqs.append(caller.messages.CreateMessage(request, timeout=SECONDS).seq)
                    self.acknowledged.release()
            except grpc.RpcError as error:
                self.failure = error
                self.acknowledged.release()


@pytest.mark.timeout(300)
def test_no_call_fails_when_one_of_two_servers_ends_under_load(launch):
    ending, staying = launch(), launch()
    acknowledged, stop = threading.Semaphore(0), threading.Event()
    writers = [Writer(f"ipv4:{ending.address},{staying.address}", acknowledged, stop) for _ in range(WRITERS)]
    for writer in writers:
        writer.start()

    def more(count):
        for _ in range(count):
            assert acknowledged.acquire(timeout=SECONDS)

    more(300)
    begun = time.monotonic()
    ending.stop()
    assert time.monotonic() - begun < 10, "it took longer than calls may"
    more(300)
    stop.set()
    for writer in writers:
        writer.join(SECONDS)
        assert not writer.is_alive()
        assert writer.failure is None, f"a call failed: {writer.failure}"
        assert writer.seqs == list(range(1, len(writer.seqs) + 1))
    with grpc.insecure_channel(staying.address) as channel:
        for writer in writers:
            assert Caller(channel).list(writer.session, limit=1).total_count == len(writer.seqs)
    staying.stop()


def begin_call_that_waits(server, database, channel):
    """A call that the database keeps waiting: the lock, and the call."""
    session = new_id()
    caller = Caller(channel)
    caller.create(session, content="first")
    lock = RowLock(database, session)
    call = caller.messages.CreateMessage.future(create_request(session, "second"), timeout=SECONDS)
    return lock, call


def wait_until_refused(server):
    """Until the server listens no more."""
    host, _, port = server.address.rpartition(":")
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        try:
            socket.create_connection((host, int(port)), timeout=SECONDS).close()
        except ConnectionRefusedError:
            return
        time.sleep(0.01)
    raise AssertionError("it still listens")


def test_a_call_under_way_completes_and_health_says_not_serving_first(launch, database):
    server = launch("--shutdown-grace-seconds", "30")
    with grpc.insecure_channel(server.address) as channel:
        watch = health_pb2_grpc.HealthStub(channel).Watch(health_pb2.HealthCheckRequest(), timeout=SECONDS)
        while next(watch).status != health_pb2.HealthCheckResponse.SERVING:
            pass
        lock, call = begin_call_that_waits(server, database, channel)
        server.process.send_signal(signal.SIGTERM)
        assert next(watch).status == health_pb2.HealthCheckResponse.NOT_SERVING
        watch.cancel()
        wait_until_refused(server)
        assert not call.done()
        lock.release()
        assert call.result(timeout=SECONDS).seq == 2
    server.wait()


def test_what_takes_longer_than_its_grace_is_cut_off(launch, database):
    server = launch("--shutdown-grace-seconds", "1")
    with grpc.insecure_channel(server.address) as channel:
        lock, call = begin_call_that_waits(server, database, channel)
        begun = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        with pytest.raises(grpc.RpcError) as ended:
            call.result(timeout=SECONDS)
        assert ended.value.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED)
        assert time.monotonic() - begun < 10
        lock.release()
    server.wait()
