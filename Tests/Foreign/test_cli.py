"""The command: what it prints, how it ends, and where it keeps data."""

import signal
import socket
import sqlite3
import subprocess

import grpc
import httpx
import pytest

from callers import Caller, create_request, fail, new_id
from servers import BINARY, Server
from stores import new_database


def run(*arguments, **environment):
    """Runs the command to its end."""
    return subprocess.run(
        [BINARY, *arguments], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30, env=environment
    )


@pytest.fixture
def launch(tmp_path):
    """Starts servers with arguments of the test's own; those that still run are ended after it."""
    launched = []

    def start(*arguments, environment=None) -> Server:
        server = Server(tmp_path / f"server-{len(launched)}.log", *arguments, environment=environment)
        launched.append(server)
        return server.start()

    yield start
    for server in launched:
        if server.process is not None and server.process.poll() is None:
            server.kill()


def create(server, session, **members):
    with grpc.insecure_channel(server.address) as channel:
        return Caller(channel).create(session, **members)


def total(server, session):
    with grpc.insecure_channel(server.address) as channel:
        return Caller(channel).list(session).total_count


def test_help_tells_of_serve_and_its_options():
    top = run("--help")
    assert top.returncode == 0 and "serve" in top.stdout
    serve = run("serve", "--help")
    assert serve.returncode == 0
    assert all(option in serve.stdout for option in ("--host", "--port", "--database"))


@pytest.mark.parametrize("arguments", [["nothing"], ["serve", "--nothing"], ["serve", "--port", "x"],
                                       ["serve", "--port", "65536"], ["serve", "--port=-1"]], ids=str)
def test_wrong_arguments_are_a_clear_error(arguments, tmp_path):
    ended = run(*arguments, XDG_DATA_HOME=str(tmp_path))
    assert ended.returncode != 0 and ended.stdout == ""
    assert arguments[-1].removeprefix("--port=") in ended.stderr and "Fatal" not in ended.stderr


@pytest.mark.parametrize("database", ["nonsense", "mysql://localhost/x", "sqlite:", "postgresql://[broken/x"])
def test_a_database_that_is_none_is_a_clear_error(database, tmp_path):
    ended = run("serve", "--port", "0", "--database", database, XDG_DATA_HOME=str(tmp_path))
    assert ended.returncode != 0 and ended.stdout == ""
    assert "database" in ended.stderr.lower() and "Fatal" not in ended.stderr


def test_a_port_that_is_taken_is_a_clear_error(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = run("serve", "--port", port, "--database", f"sqlite://{tmp_path}/x.db")
    assert ended.returncode != 0 and ended.stdout == ""
    assert port in ended.stderr and "Fatal" not in ended.stderr


def test_it_does_not_listen_beyond_loopback_without_authentication(tmp_path):
    ended = run("serve", "--host", "0.0.0.0", "--port", "0", "--database", f"sqlite://{tmp_path}/x.db")
    assert ended.returncode != 0 and ended.stdout == ""


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_signal_ends_it_well_and_its_data_stay(store, launch, tmp_path, by):
    database, session = new_database(store, tmp_path), new_id()
    first = launch("--database", database)
    create(first, session)
    first.stop(by)
    second = launch("--database", database)
    assert total(second, session) == 1
    assert create(second, session).seq == 2
    second.stop(by)


def test_a_signal_ends_it_beside_connections_that_are_open(store, launch, tmp_path):
    server = launch("--database", new_database(store, tmp_path))
    host, _, port = server.address.rpartition(":")
    with grpc.insecure_channel(server.address) as channel, socket.create_connection((host, int(port))):
        Caller(channel).create(new_id())
        server.stop()


def test_the_database_may_come_from_the_environment(store, launch, tmp_path):
    database, session = new_database(store, tmp_path), new_id()
    first = launch(environment={"DATABASE_URL": database, "XDG_DATA_HOME": str(tmp_path / "unused")})
    create(first, session)
    first.stop()
    second = launch("--database", database)
    assert total(second, session) == 1
    assert not (tmp_path / "unused").exists()


@pytest.mark.parametrize("variable, folder", [("XDG_DATA_HOME", ""), ("HOME", ".local/share")])
def test_without_a_database_it_keeps_data_in_the_users_data_directory(launch, tmp_path, variable, folder):
    session = new_id()
    server = launch(environment={variable: str(tmp_path / "home")})
    create(server, session)
    server.stop()
    file = tmp_path / "home" / folder / "chatrpc/chatrpc.db"
    with sqlite3.connect(file) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()
    assert total(launch(environment={variable: str(tmp_path / "home")}), session) == 1


def test_it_serves_while_the_database_is_away_and_tells_no_secret(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    server = Server(tmp_path / "log", "--database", f"postgresql://ann:canary-secret@127.0.0.1:{port}/chat").launch()
    assert httpx.get(server.url + "/healthz").status_code == 200
    assert httpx.get(server.url + "/readyz").status_code == 503
    answer = httpx.post(f"{server.url}/api/messages/{new_id()}", json={"role": "user", "content": "x"})
    assert (answer.status_code, answer.json()["code"]) == (503, "UNAVAILABLE")
    assert int(answer.headers["retry-after"]) > 0
    with grpc.insecure_channel(server.address) as channel:
        failure = fail(Caller(channel).messages.CreateMessage, create_request(new_id()))
    assert failure.code == grpc.StatusCode.UNAVAILABLE and failure.retry_seconds > 0
    server.stop()
    told = server.log.read_text() + answer.text + failure.message
    assert "canary-secret" not in told
