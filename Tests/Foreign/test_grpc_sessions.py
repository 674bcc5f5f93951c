"""SessionService by stock grpcio: made, listed, renamed, deleted, restored, reset."""

import grpc
import pytest

from callers import ASSISTANT, SYSTEM, USER, fail, item, new_id


def test_a_session_is_made_with_what_was_given(caller):
    session = new_id()
    made = caller.create_session(
        session_id=session, name="Plans", description="for May", user_id="ann", agent_name="scout"
    )
    assert (made.id, made.name, made.description) == (session, "Plans", "for May")
    assert (made.user_id, made.agent_name) == ("ann", "scout")
    assert (made.is_active, made.message_count, made.last_seq, made.reset_epoch) == (True, 0, 0, 0)
    assert made.created_at.seconds > 1_600_000_000
    assert not made.HasField("last_message_at") and not made.HasField("preview")
    assert caller.session(session) == made


def test_a_session_made_of_nothing_has_an_id_and_the_default_name(caller):
    made = caller.create_session()
    assert made.name == f"Session {made.id[:8]}"
    assert not any(made.HasField(name) for name in ("description", "user_id", "agent_name"))
    assert caller.session(made.id) == made


def test_a_session_made_again_is_returned_as_it_is(caller):
    made = caller.create_session(session_id=new_id(), name="first")
    assert caller.create_session(session_id=made.id, name="second", description="new") == made
    assert caller.session(made.id) == made


def test_a_message_makes_the_session_that_it_names(caller):
    session = new_id()
    created = caller.create(session, "hello", user_id="ann", agent_name="scout")
    made = caller.session(session)
    assert made.name == f"Session {session[:8]}" and made.is_active
    assert (made.message_count, made.last_seq, made.revision) == (1, 1, created.revision)


def test_a_session_tells_of_its_messages(caller):
    session = caller.create_session(session_id=new_id()).id
    caller.create(session, "a question", USER)
    caller.create(session, "an answer", ASSISTANT)
    last = caller.create(session, "be brief", SYSTEM)
    read = caller.session(session)
    assert (read.message_count, read.last_seq, read.revision) == (3, 3, last.revision)
    assert read.preview == "an answer"
    assert read.HasField("last_message_at")


@pytest.mark.parametrize(
    "content, preview",
    [
        ("x" * 100, "x" * 100),
        ("x" * 101, "x" * 97 + "..."),
        ("é" * 100, "é" * 100),
        ("é" * 5000, "é" * 97 + "..."),
        ("世" * 101, "世" * 97 + "..."),
    ],
    ids=["100", "101", "100 of two bytes", "5000 of two bytes", "101 of three bytes"],
)
def test_a_preview_is_at_most_100_characters(caller, content, preview):
    session = new_id()
    caller.create(session, content)
    assert caller.session(session).preview == preview


def test_a_batch_moves_the_preview_to_its_last_user_or_assistant_message(caller):
    session = new_id()
    caller.batch(session, item("one", USER), item("two", ASSISTANT), item("three", SYSTEM))
    assert caller.session(session).preview == "two"
    caller.batch(session, item("four", SYSTEM))
    assert caller.session(session).preview == "two"


def test_sessions_are_listed_by_last_activity(caller):
    user = new_id()
    ids = [caller.create_session(user_id=user).id for _ in range(3)]
    assert listed(caller, user_id=user) == ids[::-1]
    caller.create(ids[0])
    assert listed(caller, user_id=user) == [ids[0], ids[2], ids[1]]
    page = caller.list_sessions(user_id=user)
    assert page.active_session_id == ids[0] and not page.has_more
    assert list(page.sessions) == [caller.session(session) for session in [ids[0], ids[2], ids[1]]]
    assert caller.list_sessions().sessions[0].id == ids[0]


def listed(caller, **members):
    return [session.id for session in caller.list_sessions(**members).sessions]


def test_a_list_of_none_has_no_active_session(caller):
    page = caller.list_sessions(user_id=new_id())
    assert len(page.sessions) == 0 and not page.HasField("active_session_id") and not page.has_more


def test_pages_of_sessions_by_token_and_by_offset(caller):
    user = new_id()
    ids = [caller.create_session(user_id=user).id for _ in range(25)][::-1]
    assert listed(caller, user_id=user) == ids[:20]
    assert listed(caller, user_id=user, limit=100) == ids
    assert listed(caller, user_id=user, limit=10, offset=20) == ids[20:]
    assert listed(caller, user_id=user, offset=25) == []
    read, page = [], caller.list_sessions(user_id=user, limit=10)
    while page.has_more:
        read += [session.id for session in page.sessions]
        page = caller.list_sessions(user_id=user, limit=10, page_token=page.next_page_token)
    assert read + [session.id for session in page.sessions] == ids
    assert not page.HasField("next_page_token")


def test_renaming_changes_the_name_the_description_or_both(caller):
    session = caller.create_session(name="old", description="old words").id
    before = caller.session(session)
    named = caller.rename(session, name="new")
    assert (named.name, named.description, named.revision) == ("new", "old words", before.revision + 1)
    described = caller.rename(session, description="new words")
    assert (described.name, described.description, described.revision) == ("new", "new words", before.revision + 2)
    both = caller.rename(session, name="N" * 200, description="D" * 200)
    assert (both.name, both.description) == ("N" * 200, "D" * 200)
    removed = caller.rename(session, description="")
    assert not removed.HasField("description") and removed.name == "N" * 200
    assert caller.session(session) == removed


def test_renaming_to_what_it_is_changes_nothing(caller):
    session = caller.create_session(name="same").id
    before = caller.session(session)
    assert caller.rename(session, name="same") == before


def test_a_deleted_session_keeps_its_messages_out_of_sight_until_it_is_restored(caller):
    user, session = new_id(), new_id()
    caller.create_session(session_id=session, user_id=user)
    message = caller.create(session, "kept").message_id
    session_before, page_before = caller.state(session)

    answer = caller.delete(session)
    assert answer.message and not answer.session.is_active
    assert answer.session.revision == session_before.revision + 1
    assert caller.session(session) == answer.session
    page = caller.list(session)
    assert (len(page.messages), page.total_count) == (0, 0)
    assert fail(caller.get, session, message).code == grpc.StatusCode.NOT_FOUND
    assert listed(caller, user_id=user) == [] and listed(caller, user_id=user, deleted=True) == [session]

    restored = caller.restore(session)
    assert restored.message and restored.session.is_active
    assert restored.session.revision == session_before.revision + 2
    assert caller.list(session).messages == page_before.messages
    assert listed(caller, user_id=user) == [session] and listed(caller, user_id=user, deleted=True) == []


def test_writes_to_a_deleted_session_are_refused(caller):
    session, known = new_id(), new_id()
    first = caller.create(session, "known", message_id=known)
    caller.delete(session)
    before = caller.state(session)
    refusals = [
        fail(caller.create, session),
        fail(caller.batch, session, item(message_id=known, content="known"), item("new")),
        fail(caller.rename, session, name="new"),
        fail(caller.reset, session),
        fail(caller.create_session, session_id=session),
    ]
    assert {(each.code, each.reason) for each in refusals} == {
        (grpc.StatusCode.FAILED_PRECONDITION, "SESSION_DELETED")
    }
    assert caller.state(session) == before
    again = caller.create(session, "known", message_id=known)
    assert (again.duplicate, again.seq) == (True, first.seq)
    assert fail(caller.create, session, "other", message_id=known).code == grpc.StatusCode.ALREADY_EXISTS
    assert caller.state(session) == before


def test_deleting_and_restoring_again_changes_nothing(caller):
    session = new_id()
    caller.create(session)
    deleted = caller.delete(session).session
    assert caller.delete(session).session == deleted
    restored = caller.restore(session).session
    assert caller.restore(session).session == restored


def test_a_reset_begins_a_new_epoch(caller):
    session, known = new_id(), new_id()
    caller.create(session, "one", message_id=known)
    caller.create(session, "two")
    before = caller.session(session)

    answer = caller.reset(session)
    after = answer.session
    assert answer.message and caller.session(session) == after
    assert (after.reset_epoch, after.revision) == (before.reset_epoch + 1, before.revision + 1)
    assert (after.message_count, after.last_seq) == (0, 2)
    assert not after.HasField("preview") and not after.HasField("last_message_at")
    page = caller.list(session)
    assert (len(page.messages), page.total_count, page.reset_epoch) == (0, 0, 1)
    assert page.revision == after.revision
    assert fail(caller.get, session, known).code == grpc.StatusCode.NOT_FOUND

    assert caller.create(session, "three", reset_epoch=1).seq == 3
    page = caller.list(session)
    assert [(each.seq, each.reset_epoch, each.content) for each in page.messages] == [(3, 1, "three")]
    assert page.total_count == caller.session(session).message_count == 1


def test_a_write_from_an_older_epoch_is_refused_and_a_known_one_is_not(caller):
    session, known = new_id(), new_id()
    caller.create(session, "known", message_id=known, reset_epoch=0)
    caller.reset(session)
    before = caller.state(session)
    stale = [
        fail(caller.create, session, "from before", reset_epoch=0),
        fail(caller.batch, session, item("new", reset_epoch=1), item("from before", reset_epoch=0)),
    ]
    assert {(each.code, each.reason) for each in stale} == {(grpc.StatusCode.FAILED_PRECONDITION, "EPOCH_STALE")}
    again = caller.create(session, "known", message_id=known, reset_epoch=0)
    assert (again.duplicate, again.seq) == (True, 1)
    assert caller.state(session) == before


def test_resetting_an_empty_epoch_changes_nothing(caller):
    session = new_id()
    caller.create(session)
    first = caller.reset(session).session
    assert caller.reset(session).session == first


def test_offsets_count_the_messages_of_the_current_epoch(caller):
    session = new_id()
    caller.batch(session, *(item(f"old {number}") for number in range(5)))
    caller.reset(session)
    caller.batch(session, *(item(f"new {number}") for number in range(5)))
    page = caller.list(session, offset=2, limit=2)
    assert [each.content for each in page.messages] == ["new 2", "new 3"]
    assert (page.total_count, page.has_more) == (5, True)
    newest = caller.list(session, newest_first=True, offset=1, limit=10)
    assert [each.content for each in newest.messages] == ["new 3", "new 2", "new 1", "new 0"]
    assert not newest.has_more


@pytest.mark.parametrize("call", ["session", "delete", "restore", "reset"])
def test_a_session_that_never_was_is_not_found(caller, call):
    session = new_id()
    failure = fail(getattr(caller, call), session)
    assert failure.code == grpc.StatusCode.NOT_FOUND and failure.reason
    assert fail(caller.session, session).code == grpc.StatusCode.NOT_FOUND


def test_renaming_a_session_that_never_was_is_not_found(caller):
    assert fail(caller.rename, new_id(), name="new").code == grpc.StatusCode.NOT_FOUND
