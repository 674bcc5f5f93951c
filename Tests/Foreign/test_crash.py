"""The server is killed under load, many times: what was acknowledged is there, once, in order, and seq has no gap.

The seed is printed; CHATRPC_TEST_SEED repeats a run and CHATRPC_CRASH_ROUNDS makes it longer.
"""

import os
import random
import threading
from dataclasses import dataclass, field

import grpc
import pytest

from callers import Caller, item, new_id
from servers import Server
from stores import new_database

ROUNDS = int(os.environ.get("CHATRPC_CRASH_ROUNDS", "4"))
WRITERS = 6


@dataclass
class Writer:
    """One caller that appends to the session that all share and to one of its own, one call after the other."""

    name: int
    own: str = field(default_factory=new_id)
    written: int = 0
    acknowledged: dict[str, tuple[str, str, int]] = field(default_factory=dict)
    pending: tuple[str, list] | None = None

    def write_until_the_end(self, address: str, shared: str, count) -> None:
        with grpc.insecure_channel(address, [("grpc.use_local_subchannel_pool", 1)]) as channel:
            caller = Caller(channel)
            try:
                while True:
                    self.write(caller, shared)
                    count()
            except grpc.RpcError:
                return

    def write(self, caller: Caller, shared: str) -> None:
        """Appends the pending messages again, or else the next ones: one message, or now and then a batch."""
        if self.pending is None:
            size = 3 if self.written % 4 == 3 else 1
            items = [item(f"{self.name}/{self.written + step}", message_id=new_id()) for step in range(size)]
            self.pending = (shared if self.written % 2 else self.own, items)
        session, items = self.pending
        answer = caller.batch(session, *items)
        for sent, result in zip(items, answer.results, strict=True):
            self.acknowledged[sent.message_id] = (session, sent.content, result.seq)
        self.written += len(items)
        self.pending = None


@pytest.mark.timeout(600)
def test_what_was_acknowledged_survives_being_killed_at_random_points(store, tmp_path):
    seed = int(os.environ.get("CHATRPC_TEST_SEED", random.SystemRandom().randrange(1 << 32)))
    print(f"CHATRPC_TEST_SEED={seed}")
    chance = random.Random(seed)
    database, shared = new_database(store, tmp_path), new_id()
    writers = [Writer(name) for name in range(WRITERS)]
    for round in range(ROUNDS):
        server = Server(tmp_path / f"round-{round}.log", "--database", database).start()
        kill_under_load(server, writers, shared, acknowledgements=chance.randrange(1, 400))
    server = Server(tmp_path / "last.log", "--database", database).start()
    with grpc.insecure_channel(server.address) as channel:
        caller = Caller(channel)
        for writer in writers:
            writer.write(caller, shared)
        check(caller, writers, shared)
    server.stop()


def kill_under_load(server: Server, writers: list[Writer], shared: str, acknowledgements: int) -> None:
    """Lets all writers write at once and kills the server at that many acknowledgements."""
    left = threading.Semaphore(0)
    threads = [
        threading.Thread(target=writer.write_until_the_end, args=(server.address, shared, left.release))
        for writer in writers
    ]
    for thread in threads:
        thread.start()
    for _ in range(acknowledgements):
        assert left.acquire(timeout=30), f"the writers came to a halt: {server.log_text()}"
    server.kill()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()


def check(caller: Caller, writers: list[Writer], shared: str) -> None:
    stored = {session: read_all(caller, session) for session in [shared, *(writer.own for writer in writers)]}
    for session, messages in stored.items():
        assert [each.seq for each in messages] == list(range(1, len(messages) + 1))
        assert len({each.message_id for each in messages}) == len(messages)
    for writer in writers:
        for message_id, (session, content, seq) in writer.acknowledged.items():
            found = stored[session][seq - 1]
            assert (found.message_id, found.content) == (message_id, content)
        for session in (shared, writer.own):
            numbers = [
                int(each.content.split("/")[1]) for each in stored[session] if each.content.startswith(f"{writer.name}/")
            ]
            assert numbers == sorted(numbers)
    expected = sum(len(writer.acknowledged) for writer in writers)
    assert sum(len(messages) for messages in stored.values()) == expected


def read_all(caller: Caller, session: str) -> list:
    messages, page = [], caller.list(session, limit=500)
    while page.has_more:
        messages += page.messages
        page = caller.list(session, limit=500, after_seq=page.next_after_seq)
    return messages + list(page.messages)
