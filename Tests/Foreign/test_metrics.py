"""The metrics listener: on loopback, of its own port, counting calls by every door, with no label that names a user."""

import re

import grpc
import httpx
import pytest

from callers import Caller, new_id
from servers import Server


@pytest.fixture
def server(tmp_path):
    server = Server(
        tmp_path / "server.log", "--database", f"sqlite://{tmp_path}/chat.db", "--metrics-port", "0").start()
    yield server
    if server.process.poll() is None:
        server.stop()


def metrics_url(server):
    return re.search(r"metrics are at (http://127\.0\.0\.1:\d+/metrics)", server.log_text()).group(1)


def value(text, name, **labels):
    """The one sample of that name whose labels include those."""
    found = [
        float(line.rpartition(" ")[2])
        for line in text.splitlines()
        if line.startswith(name + "{") and all(f'{key}="{label}"' in line for key, label in labels.items())
    ]
    assert len(found) == 1, f"{len(found)} samples of {name} with {labels}"
    return found[0]


def test_calls_by_grpc_and_by_rest_count_together(server):
    session = new_id()
    with grpc.insecure_channel(server.address) as channel:
        Caller(channel).create(session, content="secret words")
    answer = httpx.post(f"{server.url}/api/messages/{session}", json={"role": "user", "content": "more", "user_id": "ann"})
    assert answer.status_code == 201
    assert httpx.get(f"{server.url}/api/sessions/{new_id()}").status_code == 404
    answer = httpx.get(metrics_url(server))
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    created = {"grpc_service": "chatrpc.v1.MessageService", "grpc_method": "CreateMessage"}
    assert value(answer.text, "grpc_server_handled_total", **created, grpc_code="OK") == 2
    assert value(answer.text, "grpc_server_handling_seconds_count", **created) == 2
    missing = {"grpc_service": "chatrpc.v1.SessionService", "grpc_method": "GetSession"}
    assert value(answer.text, "grpc_server_handled_total", **missing, grpc_code="NOT_FOUND") == 1
    assert "secret" not in answer.text and "ann" not in answer.text and session not in answer.text


def test_the_metrics_port_serves_nothing_else_and_the_main_port_no_metrics(server):
    url = metrics_url(server)
    assert httpx.get(url.removesuffix("metrics")).status_code == 404
    refused = httpx.post(url)
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, HEAD")
    assert httpx.head(url).status_code == 200
    assert httpx.get(server.url + "/metrics").status_code == 404


def test_without_the_flag_there_is_no_such_port(tmp_path):
    server = Server(tmp_path / "server.log", "--database", f"sqlite://{tmp_path}/chat.db").start()
    assert "metrics are at" not in server.log_text()
    server.stop()
