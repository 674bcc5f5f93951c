"""IngestMessages and ExportMessages by a stock grpcio client, over both stores."""

import json
import threading

import grpc
import httpx
import pytest
from google.rpc import error_details_pb2

from callers import Caller, create_request, fail, new_id
from problems import assert_problem
from stubs import message_pb2, message_pb2_grpc


@pytest.fixture
def messages(channel):
    return message_pb2_grpc.MessageServiceStub(channel)


def ingest(request):
    return message_pb2.IngestMessagesRequest(message=request)


def listed(caller, session: str):
    found, after = [], 0
    while True:
        page = caller.list(session, limit=500, after_seq=after)
        found += page.messages
        if not page.has_more:
            return found
        after = page.next_after_seq


def test_thousands_are_answered_in_order_and_written_in_order(messages, caller):
    sessions = [new_id() for _ in range(7)]
    requests = [create_request(sessions[number % 7], f"text {number}", message_id=new_id()) for number in range(5_000)]
    answers = list(messages.IngestMessages(ingest(request) for request in requests))
    assert [answer.number for answer in answers] == list(range(1, 5_001))
    assert [answer.created.message_id for answer in answers] == [request.message_id for request in requests]
    assert not any(answer.created.duplicate for answer in answers)
    for place, session in enumerate(sessions):
        stored = listed(caller, session)
        assert [message.content for message in stored] == [request.content for request in requests[place::7]]
        assert [message.seq for message in stored] == [answer.created.seq for answer in answers[place::7]]
    # The whole of it again is the same messages.
    again = list(messages.IngestMessages(ingest(request) for request in requests))
    assert all(answer.created.duplicate for answer in again)
    assert [answer.created.seq for answer in again] == [answer.created.seq for answer in answers]


def test_what_can_not_be_written_is_told_of_and_the_stream_goes_on(messages, caller):
    session, taken = new_id(), new_id()
    caller.create(session, "first", message_id=taken)
    answers = list(messages.IngestMessages(iter([
        ingest(create_request(session, "second")),
        ingest(create_request(session, "")),
        ingest(create_request(session, "other", message_id=taken)),
        message_pb2.IngestMessagesRequest(),
        ingest(create_request(session, "third")),
    ])))
    assert [answer.WhichOneof("outcome") for answer in answers] == ["created", "error", "error", "error", "created"]
    assert [answer.error.code for answer in answers] == [0, 3, 6, 3, 0]
    violations = [detail for detail in answers[1].error.details if detail.Is(error_details_pb2.BadRequest.DESCRIPTOR)]
    assert [each.field for each in error_details_pb2.BadRequest.FromString(violations[0].value).field_violations] == ["content"]
    assert [message.content for message in listed(caller, session)] == ["first", "second", "third"]


def test_an_answer_comes_while_the_stream_is_open(messages):
    session, go_on, over = new_id(), threading.Event(), threading.Event()

    def requests():
        yield ingest(create_request(session, "one"))
        assert go_on.wait(30)
        yield ingest(create_request(session, "two"))
        over.set()

    answers = messages.IngestMessages(requests())
    assert next(answers).created.seq == 1
    go_on.set()
    assert next(answers).created.seq == 2
    assert list(answers) == [] and over.wait(30)


def test_a_stream_without_messages(messages):
    assert list(messages.IngestMessages(iter(()))) == []


def test_who_goes_away_leaves_what_was_written(messages, caller):
    session = new_id()

    def requests():
        number = 0
        while True:
            number += 1
            yield ingest(create_request(session, str(number)))

    answers = messages.IngestMessages(requests())
    for _ in range(100):
        next(answers)
    answers.cancel()
    with pytest.raises(grpc.RpcError):
        list(answers)
    stored = listed(caller, session)
    assert len(stored) >= 100
    assert [(message.seq, message.content) for message in stored] == [(n, str(n)) for n in range(1, len(stored) + 1)]


def test_a_stream_of_large_messages_takes_little_memory(new_server):
    server, session = new_server(), new_id()
    with grpc.insecure_channel(server.address) as channel:
        requests = (ingest(create_request(session, "x" * (128 << 10))) for _ in range(500))
        answers = message_pb2_grpc.MessageServiceStub(channel).IngestMessages(requests)
        assert [answer.created.seq for answer in answers] == list(range(1, 501))
    with open(f"/proc/{server.process.pid}/status") as status:
        peak = next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM:"))
    assert peak < 120, f"{peak} MiB for 62 MiB that were sent"


def test_an_export_is_every_visible_message_in_order(messages, caller):
    session = new_id()
    ids = [answer.created.message_id for answer in messages.IngestMessages(
        ingest(create_request(session, f"{number} " + "x" * 3_000)) for number in range(1_500))]
    messages.DeleteMessage(message_pb2.DeleteMessageRequest(session_id=session, message_id=ids[700]))
    exported = list(messages.ExportMessages(message_pb2.ExportMessagesRequest(session_id=session)))
    assert [message.message_id for message in exported] == ids[:700] + ids[701:]
    assert exported == listed(caller, session)


def test_an_export_of_nothing_and_of_a_bad_id(messages):
    assert list(messages.ExportMessages(message_pb2.ExportMessagesRequest(session_id=new_id()))) == []
    failure = fail(lambda: list(messages.ExportMessages(message_pb2.ExportMessagesRequest(session_id="x"))))
    assert (failure.code, failure.fields) == (grpc.StatusCode.INVALID_ARGUMENT, ["session_id"])


def test_an_export_that_is_reset_meanwhile_is_aborted(messages, channel):
    session = new_id()
    large = "x" * (256 << 10)
    list(messages.IngestMessages(ingest(create_request(session, large)) for _ in range(60)))
    export = messages.ExportMessages(message_pb2.ExportMessagesRequest(session_id=session))
    next(export)
    # 15 MiB don't fit into what waits on the way.
    Caller(channel).reset(session)
    failure = fail(lambda: list(export))
    assert (failure.code, failure.reason) == (grpc.StatusCode.ABORTED, "SESSION_RESET")


def lines(answer) -> list[dict]:
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.iter_lines()]


def test_an_export_by_rest_is_a_line_for_each_message(http, messages, caller):
    session = new_id()
    ids = [answer.created.message_id for answer in messages.IngestMessages(
        ingest(create_request(session, f"{number} \n é" + "x" * 3_000, metadata='{"a": 1.0}')) for number in range(1_200))]
    with http.stream("GET", f"/api/sessions/{session}/export") as answer:
        assert answer.status_code == 200 and answer.headers["x-request-id"]
        exported = lines(answer)
    assert [message["message_id"] for message in exported] == ids
    page = http.get(f"/api/messages/{session}", params={"limit": 500}).json()["messages"]
    assert exported[:500] == page


def test_an_export_by_rest_of_nothing_and_of_a_bad_id(http):
    with http.stream("GET", f"/api/sessions/{new_id()}/export") as answer:
        assert (answer.status_code, lines(answer)) == (200, [])
    assert_problem(http.get("/api/sessions/x/export"), 400)
    head = http.head(f"/api/sessions/{new_id()}/export")
    assert (head.status_code, head.content, head.headers["content-type"]) == (200, b"", "application/x-ndjson")


def test_an_export_by_rest_that_is_reset_meanwhile_does_not_look_whole(http, messages, channel):
    session = new_id()
    large = "x" * (256 << 10)
    list(messages.IngestMessages(ingest(create_request(session, large)) for _ in range(200)))
    with http.stream("GET", f"/api/sessions/{session}/export") as answer:
        parts = answer.iter_raw()
        next(parts)
        # 50 MiB don't fit into what waits on the way.
        Caller(channel).reset(session)
        with pytest.raises(httpx.RemoteProtocolError):
            for _ in parts:
                pass
