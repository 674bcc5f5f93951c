"""The short form of `make soak`: TESTING's server and database that are killed at random points under load.

The seed is printed; CHATRPC_TEST_SEED repeats a run and CHATRPC_SOAK_SECONDS makes it longer.
"""

import os
import random

import pytest

from soak import soak

SECONDS = float(os.environ.get("CHATRPC_SOAK_SECONDS", "15"))


@pytest.mark.timeout(SECONDS + 240)
@pytest.mark.parametrize("store, servers", [("sqlite", 1), ("postgresql", 3)])
def test_killed_at_random_points_under_load_every_acknowledged_message_is_there_once_in_order_seq_dense(store, servers, tmp_path):
    seed = int(os.environ.get("CHATRPC_TEST_SEED", random.SystemRandom().randrange(1 << 32)))
    print(f"CHATRPC_TEST_SEED={seed}")
    code, summary = soak(tmp_path, store, servers, SECONDS, seed)
    print(summary)
    assert code == 0, summary
