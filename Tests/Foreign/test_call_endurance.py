"""Many calls of each kind, cancelled at random points, leave nothing behind. `make sanitize` makes 100,000 of each."""

import os
import subprocess
from pathlib import Path

import pytest

from servers import BINARY

PROGRAM = Path(os.environ.get("CHATRPC_CALL_ENDURANCE_BINARY", BINARY.parent / "call-endurance"))
CALLS = os.environ.get("CHATRPC_ENDURANCE_CALLS", "20000")


@pytest.mark.timeout(900)
def test_no_stream_task_or_arena_is_left_behind():
    seed = os.environ.get("CHATRPC_TEST_SEED")
    arguments = ["--calls", CALLS] + (["--seed", seed] if seed else [])
    run = subprocess.run([PROGRAM, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=850)
    print(run.stdout)
    assert run.returncode == 0, run.stdout + run.stderr
    assert "left: 0 streams of the server, 0 calls of the client, 0 handlers, 0 arenas" in run.stdout
