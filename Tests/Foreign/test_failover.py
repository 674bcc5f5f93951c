"""The primary dies, and a standby that replicates synchronously takes its place.

The seed is printed; CHATRPC_TEST_SEED repeats a run.
"""

import os
import random
import time

import pytest

from own_postgres import OwnPostgres, free_port
from servers import Server
from soak import checked
from stores import run_sql

RECOVERY_SECONDS = 30


@pytest.fixture
def pair():
    """A primary whose commits wait for its standby."""
    primary, standby = OwnPostgres(), None
    try:
        primary.start()
        standby = OwnPostgres(standby_of=primary).start()
        # Not before it is there: every commit waits for it from now on.
        run_sql("ALTER SYSTEM SET synchronous_standby_names = '*'", primary.url)
        run_sql("SELECT pg_reload_conf()", primary.url)
        deadline = time.monotonic() + RECOVERY_SECONDS
        while run_sql("SELECT sync_state FROM pg_stat_replication", primary.url).strip() != "sync":
            assert time.monotonic() < deadline, "the standby does not replicate"
            time.sleep(0.05)
        yield primary, standby
    finally:
        primary.remove()
        if standby is not None:
            standby.remove()


def answered(log) -> int:
    return log.outcomes.get("OK", 0)


def wait_for_answers(log, count: int) -> None:
    """Until so many more calls have succeeded."""
    goal, deadline = answered(log) + count, time.monotonic() + RECOVERY_SECONDS
    while answered(log) < goal:
        assert time.monotonic() < deadline, f"the callers came to a halt: {log.outcomes}"
        time.sleep(0.02)


@pytest.mark.timeout(240)
def test_a_standby_promoted_under_load_no_acknowledged_message_is_lost_and_clients_go_on_by_themselves(pair, tmp_path):
    primary, standby = pair
    seed = int(os.environ.get("CHATRPC_TEST_SEED", random.SystemRandom().randrange(1 << 32)))
    print(f"CHATRPC_TEST_SEED={seed}")
    chance = random.Random(seed)
    url = f"postgresql://chatrpc@127.0.0.1:{primary.port},127.0.0.1:{standby.port}/postgres"
    servers = [Server(tmp_path / f"server-{number}.log", "--database", url, port=free_port()) for number in range(2)]

    def fail_over(log) -> None:
        wait_for_answers(log, chance.randrange(500, 3_000))
        primary.crash()
        standby.promote()
        wait_for_answers(log, 2_000)

    code, summary = checked(tmp_path, servers, chance, fail_over)
    print(summary)
    assert code == 0, summary
    # It was the standby that went on, and it is not in recovery any more.
    assert run_sql("SELECT pg_is_in_recovery()", standby.url).strip() == "f"
    assert int(run_sql("SELECT count(*) FROM radbot_chathistory.chat_messages", standby.url)) > 0
