"""grpc's negative HTTP/2 tests: our client with a server that is awkward on purpose."""

import pytest

from awkward_server import AwkwardServer
from interop_programs import run_client

RESETS = ["rst_after_header", "rst_during_data", "rst_after_data"]


def run(case: str, server_case: str | None = None):
    """The client's result, and what each connection saw; the client may break no rule."""
    with AwkwardServer(server_case or case) as server:
        result = run_client(server.address, case)
    assert server.violations == []
    return result, server.connections


def holds(case: str) -> list:
    result, connections = run(case)
    assert result.returncode == 0, result.stderr
    return connections


def test_a_call_after_a_goaway_goes_over_another_connection():
    connections = holds("goaway")
    assert [len(connection.streams) for connection in connections] == [1, 1]


@pytest.mark.parametrize("case", RESETS)
def test_a_call_that_is_reset_fails(case):
    [connection] = holds(case)
    assert len(connection.streams) == 1


def test_every_ping_is_answered():
    [connection] = holds("ping")
    assert connection.pings == 3 and connection.pongs == connection.pings


def test_no_more_streams_are_opened_than_the_server_allows():
    [connection] = holds("max_streams")
    assert len(connection.streams) == 11
    assert connection.most_open_once_limited == 1


@pytest.mark.parametrize("case", RESETS)
def test_a_server_that_does_not_reset_is_told(case):
    result, _ = run(case, server_case="none")
    assert result.returncode == 1
    assert result.stderr.startswith(f"chatrpc-interop-client: {case}: ")
