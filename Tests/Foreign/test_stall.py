"""The database falls silent for a while, as a machine does that is short of memory or whose disk hangs."""

import contextlib
import os
import signal
import time
from pathlib import Path

import grpc
import httpx
import pytest

from callers import Caller, create_request, new_id
from own_postgres import OwnPostgres, free_port
from servers import Server
from stores import run_sql
from stubs import message_pb2_grpc

STALL_SECONDS = float(os.environ.get("CHATRPC_STALL_SECONDS", "4"))
LATE = 3_000
STREAMS = 600
LARGE = "x" * 4_000
MAXIMUM_GROWTH_MEBIBYTES = 96


def family(pid: int) -> list[int]:
    """A process and all that it has started."""
    children = [int(child) for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split()]
    return [pid, *(each for child in children for each in family(child))]


def resident_mebibytes(pid: int) -> float:
    return next(int(line.split()[1]) / 1024 for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS:"))


def running(metrics_port: int) -> int:
    """How many appends have a handler that runs."""
    text = httpx.get(f"http://127.0.0.1:{metrics_port}/metrics").text
    lines = [line for line in text.splitlines() if line.startswith("grpc_server_running{") and 'grpc_method="CreateMessage"' in line]
    return sum(int(line.rsplit(" ", 1)[1]) for line in lines)


def late_codes(server: Server, requests: list) -> set[grpc.StatusCode]:
    """How calls end that wait for a second at most, all at once, as many on a connection as it takes."""
    with contextlib.ExitStack() as stack:
        calls = []
        for start in range(0, len(requests), STREAMS):
            channel = stack.enter_context(grpc.insecure_channel(server.address, [("grpc.use_local_subchannel_pool", 1)]))
            stub = message_pb2_grpc.MessageServiceStub(channel)
            grpc.channel_ready_future(channel).result(10)
            calls += [stub.CreateMessage.future(request, timeout=1) for request in requests[start:start + STREAMS]]
        return {call.code() for call in calls}


@pytest.mark.timeout(STALL_SECONDS + 120)
def test_the_database_stalls_queues_are_bounded_and_expired_work_never_reaches_sql(tmp_path):
    database = OwnPostgres().start()
    metrics = free_port()
    server = Server(tmp_path / "server.log", "--database", database.url, "--metrics-port", str(metrics))
    try:
        server.start()
        with grpc.insecure_channel(server.address) as channel:
            messages, caller = message_pb2_grpc.MessageServiceStub(channel), Caller(channel)
            caller.create(new_id())
            before = resident_mebibytes(server.process.pid)
            stalled = family(database.process.pid)
            for process in stalled:
                os.kill(process, signal.SIGSTOP)
            # What has reached the database when it stalls may still be done: these fill both lanes.
            began = time.monotonic()
            on_their_way = [
                messages.CreateMessage.future(create_request(new_id(), "on its way"), timeout=STALL_SECONDS + 60) for _ in range(64)]
            while running(metrics) < 64:
                assert time.monotonic() < began + STALL_SECONDS, "the first calls do not arrive"
            late = [create_request(new_id(), LARGE, message_id=new_id()) for _ in range(LATE)]
            codes = late_codes(server, late)
            assert codes <= {grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.RESOURCE_EXHAUSTED, grpc.StatusCode.UNAVAILABLE}, codes
            grown = resident_mebibytes(server.process.pid) - before
            assert grown < MAXIMUM_GROWTH_MEBIBYTES, f"{grown:.0f} MiB for {LATE * len(LARGE) / 2**20:.0f} MiB that wait"
            time.sleep(max(0.0, STALL_SECONDS - (time.monotonic() - began)))
            for process in stalled:
                os.kill(process, signal.SIGCONT)
            # It goes on by itself.
            assert messages.CreateMessage(create_request(new_id(), "after"), timeout=30, wait_for_ready=True).seq == 1
            assert [call.exception() for call in on_their_way if call.exception()] == []
        ids = ", ".join(f"'{request.message_id}'" for request in late)
        stored = run_sql(f"SELECT count(*) FROM radbot_chathistory.chat_messages WHERE message_id IN ({ids})", database.url)
        assert stored.strip() == "0"
    finally:
        for process in family(database.process.pid):
            os.kill(process, signal.SIGCONT)
        if server.process is not None and server.process.poll() is None:
            server.kill()
        database.remove()
