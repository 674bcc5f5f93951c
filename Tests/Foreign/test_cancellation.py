"""A call that nobody waits for any more ends on the server, even while the database keeps it waiting."""

import re
import time

import grpc
import httpx
import pytest

from callers import Caller, create_request, new_id
from row_lock import SECONDS, RowLock
from servers import Server
from stores import new_database


@pytest.fixture
def database(tmp_path):
    return new_database("postgresql", tmp_path)


@pytest.fixture
def server(database, tmp_path):
    server = Server(tmp_path / "server.log", "--database", database, "--metrics-port", "0").start()
    yield server
    server.stop()


def created(server, metric, code=None):
    """A sample of CreateMessage's metrics."""
    url = re.search(r"metrics are at (\S+/metrics)", server.log_text()).group(1)
    for line in httpx.get(url).text.splitlines():
        if line.startswith(metric + "{") and 'grpc_method="CreateMessage"' in line:
            if code is None or f'grpc_code="{code}"' in line:
                return float(line.rpartition(" ")[2])
    return 0


def ended_early(server):
    return sum(created(server, "grpc_server_handled_total", code) for code in ("DEADLINE_EXCEEDED", "CANCELLED"))


def wait_until(condition):
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, "it never came to be"
        time.sleep(0.01)


def test_a_handler_ends_when_its_caller_goes_though_the_database_does_not_answer(server, database):
    session = new_id()
    with grpc.insecure_channel(server.address) as channel:
        caller = Caller(channel)
        first = caller.create(session, content="first")
        lock = RowLock(database, session)
        try:
            with pytest.raises(grpc.RpcError) as late:
                caller.messages.CreateMessage(create_request(session, "late"), timeout=0.5)
            assert late.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
            # Either side may be the first to see that the time is up.
            wait_until(lambda: ended_early(server) == 1)
            assert created(server, "grpc_server_running") == 0
            gone = caller.messages.CreateMessage.future(create_request(session, "gone"), timeout=SECONDS)
            wait_until(lambda: created(server, "grpc_server_running") == 1)
            gone.cancel()
            wait_until(lambda: ended_early(server) == 2)
            assert created(server, "grpc_server_running") == 0
        finally:
            lock.release()
        last = caller.create(session, content="last")
        page = caller.list(session)
        assert [message.seq for message in page.messages] == list(range(1, last.seq + 1))
        assert page.messages[0].message_id == first.message_id
        # Begun before it was given up, or not begun at all: but not twice, and nothing is between.
        contents = [message.content for message in page.messages]
        assert contents in (["first", "late", "last"], ["first", "late", "gone", "last"])
