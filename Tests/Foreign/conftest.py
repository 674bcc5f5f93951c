"""Fixtures: servers over both stores, and clients of them. Every test that takes one runs once for each store."""

import os

# Before gRPC is there: processes are started while calls are under way, and gRPC has no part in them.
os.environ["GRPC_ENABLE_FORK_SUPPORT"] = "false"

import grpc
import httpx
import pytest

from callers import Caller
from servers import Server
from stores import STORES, new_database


@pytest.fixture(scope="session", params=STORES)
def store(request):
    return request.param


@pytest.fixture(scope="session")
def server(store, tmp_path_factory):
    """A server that tests share; each uses sessions and users of its own."""
    directory = tmp_path_factory.mktemp(store)
    server = Server(directory / "server.log", "--database", new_database(store, directory)).start()
    yield server
    server.stop()


@pytest.fixture
def new_server(store, tmp_path):
    """Starts servers of the test's own, over new databases; those that still run are ended after it."""
    started = []

    def start(**options) -> Server:
        log = tmp_path / f"server-{len(started)}.log"
        started.append(Server(log, "--database", new_database(store, tmp_path), **options).start())
        return started[-1]

    yield start
    for server in started:
        if server.process.poll() is None:
            server.stop()


@pytest.fixture(scope="session")
def channel(server):
    with grpc.insecure_channel(server.address) as channel:
        yield channel


@pytest.fixture(scope="session")
def caller(channel):
    return Caller(channel)


@pytest.fixture(scope="session", params=["HTTP/1.1", "HTTP/2"])
def http(request, server):
    """An HTTP client that speaks one version, HTTP/2 with prior knowledge."""
    second = request.param == "HTTP/2"
    with httpx.Client(base_url=server.url, http1=not second, http2=second, timeout=30) as client:
        assert client.get("/healthz").http_version == request.param
        yield client
