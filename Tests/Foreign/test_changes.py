"""Edits, deletions and the changes since a cursor: by gRPC and by REST, over both stores."""

import base64

import grpc
import pytest

from callers import create_request, fail, new_id
from problems import assert_problem
from stubs import message_pb2, message_pb2_grpc, session_pb2, session_pb2_grpc, sync_pb2, sync_pb2_grpc


@pytest.fixture
def messages(channel):
    return message_pb2_grpc.MessageServiceStub(channel)


@pytest.fixture
def sync(channel):
    return sync_pb2_grpc.SyncServiceStub(channel)


@pytest.fixture
def session(messages):
    """One with three messages, and their ids."""
    session = new_id()
    return session, [messages.CreateMessage(create_request(session, text)).message_id for text in ("a", "b", "c")]


def update(session: str, message: str, **members):
    return message_pb2.UpdateMessageRequest(session_id=session, message_id=message, **members)


def changes(sync, session: str, cursor: str = "", **members):
    return sync.ListChanges(sync_pb2.ListChangesRequest(session_id=session, cursor=cursor, **members))


def test_an_edit_and_a_deletion_are_seen_by_who_follows(messages, sync, session):
    session, ids = session
    cursor = changes(sync, session).next_cursor
    edited = messages.UpdateMessage(update(session, ids[0], content="A", metadata='{"x": 1}'))
    assert (edited.content, edited.seq, edited.revision, edited.HasField("edited_at")) == ("A", 1, 4, True)
    deleted = messages.DeleteMessage(message_pb2.DeleteMessageRequest(session_id=session, message_id=ids[1]))
    assert (deleted.message_id, deleted.seq, deleted.revision) == (ids[1], 2, 5)
    messages.CreateMessage(create_request(session, "d"))
    page = changes(sync, session, cursor)
    assert [change.revision for change in page.changes] == [4, 5, 6]
    assert [change.WhichOneof("kind") for change in page.changes] == ["message"] * 3
    gone = page.changes[1].message
    assert gone.HasField("deleted_at") and gone.content == ""
    assert not page.has_more
    assert list(changes(sync, session, page.next_cursor).changes) == []
    listed = messages.ListMessages(message_pb2.ListMessagesRequest(session_id=session))
    assert [(message.seq, message.content) for message in listed.messages] == [(1, "A"), (3, "c"), (4, "d")]


def test_small_pages_come_to_the_same(sync, session):
    session, ids = session
    cursor, seen = "", []
    while True:
        page = changes(sync, session, cursor, limit=1)
        seen += page.changes
        cursor = page.next_cursor
        if not page.has_more:
            break
    assert [change.WhichOneof("kind") for change in seen] == ["session", "message", "message", "message"]
    assert [change.message.message_id for change in seen[1:]] == ids


def test_sessions_tell_of_themselves(channel, sync, session):
    session, _ = session
    cursor = changes(sync, session).next_cursor
    sessions = session_pb2_grpc.SessionServiceStub(channel)
    sessions.RenameSession(session_pb2.RenameSessionRequest(session_id=session, name="New name"))
    page = changes(sync, session, cursor)
    assert [change.session.name for change in page.changes] == ["New name"]
    sessions.ResetSession(session_pb2.ResetSessionRequest(session_id=session))
    page = changes(sync, session, page.next_cursor)
    assert [change.WhichOneof("kind") for change in page.changes] == ["reset", "session"]
    assert page.changes[0].reset.reset_epoch == 1


def test_a_revision_that_has_moved_on_is_aborted_and_nothing_is_changed(messages, session):
    session, ids = session
    failure = fail(messages.UpdateMessage, update(session, ids[0], content="x", expected_revision=9))
    assert (failure.code, failure.reason) == (grpc.StatusCode.ABORTED, "REVISION_MISMATCH")
    assert failure.metadata == {"current_revision": "1"}
    read = messages.GetMessage(message_pb2.GetMessageRequest(session_id=session, message_id=ids[0]))
    assert (read.content, read.revision) == ("a", 1)


BAD_EDITS = {
    "nothing": ({}, "content"),
    "an empty content": ({"content": ""}, "content"),
    "NUL": ({"content": "a\0"}, "content"),
    "2 MiB": ({"content": "x" * (2 << 20)}, "content"),
    "no JSON": ({"metadata": "{"}, "metadata"),
    "an array": ({"metadata": "[]"}, "metadata"),
    "a negative revision": ({"content": "x", "expected_revision": -1}, "expected_revision"),
}


@pytest.mark.parametrize("members, field", BAD_EDITS.values(), ids=BAD_EDITS)
def test_bad_edits_name_the_field_and_change_nothing(messages, session, members, field):
    session, ids = session
    failure = fail(messages.UpdateMessage, update(session, ids[0], **members))
    assert (failure.code, failure.fields) == (grpc.StatusCode.INVALID_ARGUMENT, [field])
    listed = messages.ListMessages(message_pb2.ListMessagesRequest(session_id=session))
    assert (listed.revision, [message.content for message in listed.messages]) == (3, ["a", "b", "c"])


def test_bad_cursors(sync, messages, session):
    session, _ = session
    cursor = changes(sync, session).next_cursor
    other = new_id()
    messages.CreateMessage(create_request(other))
    for bad in ["x", cursor[:-1], cursor + "AAAA", "é", "A" * 10_000]:
        assert fail(changes, sync, session, bad).fields == ["cursor"]
    assert fail(changes, sync, other, cursor).fields == ["cursor"]
    raw = bytearray(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    raw[5] ^= 1  # of the store's id
    forged = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    failure = fail(changes, sync, session, forged)
    assert (failure.code, failure.reason) == (grpc.StatusCode.OUT_OF_RANGE, "CURSOR_EXPIRED")
    assert fail(changes, sync, new_id()).code == grpc.StatusCode.NOT_FOUND
    assert fail(changes, sync, session, limit=0).fields == ["limit"]
    assert fail(changes, sync, session, limit=501).fields == ["limit"]


def test_the_same_by_rest(http):
    session = new_id()
    ids = [http.post(f"/api/messages/{session}", json={"role": "user", "content": text}).json()["message_id"]
           for text in ("a", "b")]
    path = f"/api/messages/{session}/changes"
    page = http.get(path).json()
    assert [sorted(change) for change in page["changes"]] == [["revision", "session"]] + [["message", "revision"]] * 2
    edited = http.patch(f"/api/messages/{session}/{ids[0]}", json={"content": "A", "metadata": {"x": [1]}})
    assert (edited.status_code, edited.json()["content"], edited.json()["metadata"]) == (200, "A", {"x": [1]})
    deleted = http.delete(f"/api/messages/{session}/{ids[1]}")
    assert deleted.status_code == 200
    assert (deleted.json()["status"], deleted.json()["message_id"], deleted.json()["seq"]) == ("success", ids[1], 2)
    assert http.delete(f"/api/messages/{session}/{ids[1]}").json()["revision"] == deleted.json()["revision"]
    news = http.get(path, params={"cursor": page["next_cursor"]}).json()
    assert [change["message"]["message_id"] for change in news["changes"]] == ids
    assert_problem(http.patch(f"/api/messages/{session}/{ids[1]}", json={"content": "x"}), 404, "NOT_FOUND")
    assert_problem(http.delete(f"/api/messages/{session}/{new_id()}"), 404, "NOT_FOUND")
    stale = http.patch(f"/api/messages/{session}/{ids[0]}", json={"content": "x", "expected_revision": 1})
    assert_problem(stale, 409, "ABORTED", "REVISION_MISMATCH")
    assert_problem(http.get(path, params={"cursor": "x"}), 400, names="cursor")
    raw = bytearray(base64.urlsafe_b64decode(page["next_cursor"] + "=="))
    raw[5] ^= 1
    expired = http.get(path, params={"cursor": base64.urlsafe_b64encode(raw).decode().rstrip("=")})
    assert_problem(expired, 410, "OUT_OF_RANGE", "CURSOR_EXPIRED")


def test_cursors_are_good_after_a_restart(new_server):
    server = new_server()
    session = new_id()
    with grpc.insecure_channel(server.address) as channel:
        message_pb2_grpc.MessageServiceStub(channel).CreateMessage(create_request(session, "a"))
        cursor = changes(sync_pb2_grpc.SyncServiceStub(channel), session).next_cursor
    server.restart()
    with grpc.insecure_channel(server.address) as channel:
        message_pb2_grpc.MessageServiceStub(channel).CreateMessage(create_request(session, "b"))
        page = changes(sync_pb2_grpc.SyncServiceStub(channel), session, cursor)
    assert [change.message.content for change in page.changes] == ["b"]
