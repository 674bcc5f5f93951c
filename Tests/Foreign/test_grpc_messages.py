"""MessageService by stock grpcio: what goes in comes out, once, in order."""

import json
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from callers import ASSISTANT, SYSTEM, USER, Caller, create_request, fail, failure_of, item, new_id
from stubs import message_pb2

TEXTS = [
    "x",
    "Grüße, 世界, مرحبا, 👩‍👩‍👧‍👦",
    "quotes ' \" ` \\ and %s {} $1 ;--",
    "lines\r\nand\ttabs\u2028\u2029",
    "\u0001\u001f\u007f\ufeff\U0010ffff",
    "<script>alert(1)</script>",
]


def test_a_created_message_is_read_back_as_it_was_written(caller):
    session, message = new_id(), new_id()
    when = Timestamp()
    when.FromJsonString("2001-02-03T04:05:06.123456Z")
    created = caller.create(
        session, "the text", ASSISTANT, message_id=message, agent_name="scout", user_id="ann",
        metadata='{"a": [1, null, {"b": "c"}]}', timestamp=when, reset_epoch=0,
    )
    assert (created.message_id, created.seq, created.duplicate) == (message, 1, False)
    assert created.timestamp == when
    read = caller.get(session, message)
    assert list(caller.list(session).messages) == [read]
    assert (read.message_id, read.session_id, read.seq, read.revision) == (message, session, 1, created.revision)
    assert (read.role, read.content, read.agent_name, read.user_id) == (ASSISTANT, "the text", "scout", "ann")
    assert json.loads(read.metadata) == {"a": [1, None, {"b": "c"}]}
    assert (read.timestamp, read.reset_epoch, read.state) == (when, 0, message_pb2.MESSAGE_STATE_COMPLETE)
    assert not read.HasField("edited_at") and not read.HasField("deleted_at")


def test_what_was_not_given_is_absent_and_an_id_and_a_time_are_made(caller):
    session = new_id()
    created = caller.create(session)
    read = caller.get(session, created.message_id)
    assert read.message_id == created.message_id == created.message_id.lower()
    assert read.timestamp == created.timestamp and read.timestamp.seconds > 1_600_000_000
    assert not any(read.HasField(name) for name in ("agent_name", "user_id", "metadata"))


@pytest.mark.parametrize("text", TEXTS)
def test_text_is_kept_to_the_byte(caller, text):
    session = new_id()
    message = caller.create(session, text, agent_name=text[:8], user_id=text[:8]).message_id
    read = caller.get(session, message)
    assert (read.content, read.agent_name, read.user_id) == (text, text[:8], text[:8])


def test_the_largest_content_is_kept(caller):
    session, text = new_id(), "é" * (1 << 19)
    message = caller.create(session, text).message_id
    assert caller.get(session, message).content == text


def test_finer_digits_than_microseconds_are_cut(caller):
    session = new_id()
    created = caller.create(session, timestamp=Timestamp(seconds=981173106, nanos=123456789))
    assert created.timestamp == caller.get(session, created.message_id).timestamp
    assert (created.timestamp.seconds, created.timestamp.nanos) == (981173106, 123456000)


def test_metadata_is_numerically_lossless(caller):
    metadata = '{"a":1.10,"b":12345678901234567890123456789,"c":-0.1e-20,"d":0.1234567890123456789,"e":[1E5]}'
    session = new_id()
    read = caller.get(session, caller.create(session, metadata=metadata).message_id)
    assert numbers(read.metadata) == numbers(metadata)


def numbers(text):
    return json.loads(text, parse_float=Decimal, parse_int=Decimal)


def test_ids_are_accepted_in_upper_case_and_told_in_lower_case(caller):
    session, message = new_id(), new_id()
    assert caller.create(session.upper(), message_id=message.upper()).message_id == message
    assert caller.create(session, message_id=message).duplicate
    read = caller.get(session.upper(), message.upper())
    assert (read.session_id, read.message_id) == (session, message)


def test_seq_and_revision_grow_by_one_with_each_message(caller):
    session = new_id()
    answers = [caller.create(session, f"message {number}") for number in range(5)]
    assert [answer.seq for answer in answers] == [1, 2, 3, 4, 5]
    first = answers[0].revision
    assert [answer.revision for answer in answers] == [first + step for step in range(5)]


def test_the_same_message_again_is_the_first_one(caller):
    session, message = new_id(), new_id()
    first = caller.create(session, "once", message_id=message, metadata='{"k": 1}')
    caller.create(session, "another")
    before = caller.state(session)
    again = caller.create(session, "once", message_id=message, metadata='{"k": 1}')
    assert again.duplicate and not first.duplicate
    assert (again.message_id, again.seq, again.revision) == (message, first.seq, first.revision)
    assert again.timestamp == first.timestamp
    assert caller.state(session) == before


@pytest.mark.parametrize(
    "other",
    [
        {"content": "other"}, {"role": ASSISTANT}, {"agent_name": "b"}, {"user_id": "b"}, {"metadata": '{"k": 2}'},
        {"timestamp": Timestamp(seconds=981173106)},
    ],
    ids=lambda other: next(iter(other)),
)
def test_another_content_under_a_known_id_is_refused(caller, other):
    session, message = new_id(), new_id()
    members = {"message_id": message, "content": "once", "agent_name": "a", "user_id": "a", "metadata": '{"k": 1}'}
    caller.create(session, **members)
    before = caller.state(session)
    failure = fail(caller.create, session, **(members | other))
    assert (failure.code, failure.reason) == (grpc.StatusCode.ALREADY_EXISTS, "MESSAGE_ID_CONFLICT")
    assert caller.state(session) == before


def test_one_id_in_two_sessions_is_two_messages(caller):
    message, sessions = new_id(), [new_id(), new_id()]
    answers = [caller.create(session, f"in {session}", message_id=message) for session in sessions]
    assert [(answer.seq, answer.duplicate) for answer in answers] == [(1, False), (1, False)]


def test_a_batch_is_appended_in_its_order(caller):
    session, ids = new_id(), [new_id() for _ in range(3)]
    caller.create(session, "before")
    answer = caller.batch(
        session, item("one", USER, message_id=ids[0]), item("two", ASSISTANT, message_id=ids[1], agent_name="scout"),
        item("three", SYSTEM, message_id=ids[2]),
    )
    assert (list(answer.message_ids), answer.count) == (ids, 3)
    assert [result.message_id for result in answer.results] == ids
    assert [(result.seq, result.duplicate) for result in answer.results] == [(2, False), (3, False), (4, False)]
    read = caller.list(session, after_seq=1).messages
    assert [(each.content, each.role) for each in read] == [("one", USER), ("two", ASSISTANT), ("three", SYSTEM)]
    assert [each.revision for each in read] == [result.revision for result in answer.results]
    assert caller.session(session).revision == answer.results[-1].revision


def test_a_batch_again_is_all_duplicates_and_a_longer_one_adds_the_rest(caller):
    session, items = new_id(), [item(f"message {number}", message_id=new_id()) for number in range(4)]
    first = caller.batch(session, *items[:2])
    again = caller.batch(session, *items[:2])
    assert [(result.seq, result.duplicate) for result in again.results] == [(1, True), (2, True)]
    assert [result.timestamp for result in again.results] == [result.timestamp for result in first.results]
    longer = caller.batch(session, items[2], items[0], items[3])
    assert [(result.seq, result.duplicate) for result in longer.results] == [(3, False), (1, True), (4, False)]
    assert [each.content for each in caller.list(session).messages] == [f"message {number}" for number in range(4)]


def test_an_id_twice_in_one_batch_is_one_message(caller):
    session, twice = new_id(), item("once", message_id=new_id())
    answer = caller.batch(session, twice, item("between"), twice)
    assert [(result.seq, result.duplicate) for result in answer.results] == [(1, False), (2, False), (1, True)]
    assert caller.list(session).total_count == 2


@pytest.mark.parametrize("known", ["in the session", "in the batch"])
def test_a_batch_with_one_conflict_writes_nothing(caller, known):
    session, message = new_id(), new_id()
    caller.create(session, "first", message_id=message)
    before = caller.state(session)
    other = message if known == "in the session" else new_id()
    failure = fail(
        caller.batch, session, item("new"), item("second", message_id=other), item("third", message_id=other)
    )
    assert (failure.code, failure.reason) == (grpc.StatusCode.ALREADY_EXISTS, "MESSAGE_ID_CONFLICT")
    assert caller.state(session) == before


def test_the_longest_batch_is_appended(caller):
    session = new_id()
    answer = caller.batch(session, *(item(f"message {number}") for number in range(500)))
    assert answer.count == len(answer.message_ids) == len(set(answer.message_ids)) == 500
    assert [result.seq for result in answer.results] == list(range(1, 501))
    assert [each.content for each in caller.list(session, limit=500).messages] == [
        f"message {number}" for number in range(500)
    ]


def test_many_identical_appends_at_once_are_one_message_and_stay_so(new_server):
    server = new_server()
    session, message = new_id(), new_id()
    first = append_at_once(server, session, message)
    assert {(answer.message_id, answer.seq) for answer in first} == {(message, 1)}
    assert [answer.duplicate for answer in first].count(False) == 1
    server.restart()
    again = append_at_once(server, session, message)
    assert {(answer.message_id, answer.seq, answer.duplicate) for answer in again} == {(message, 1, True)}
    assert {answer.timestamp.ToNanoseconds() for answer in first + again} == {first[0].timestamp.ToNanoseconds()}
    with grpc.insecure_channel(server.address) as channel:
        assert Caller(channel).list(session).total_count == 1
        failure = fail(Caller(channel).create, session, "other", message_id=message)
        assert failure.code == grpc.StatusCode.ALREADY_EXISTS


def append_at_once(server, session, message):
    channels = [grpc.insecure_channel(server.address, [("grpc.use_local_subchannel_pool", 1)]) for _ in range(10)]
    callers = [Caller(channel) for channel in channels]
    with ThreadPoolExecutor(50) as pool:
        calls = [
            pool.submit(callers[number % 10].create, session, "once", message_id=message) for number in range(50)
        ]
        answers = [call.result() for call in calls]
    for channel in channels:
        channel.close()
    return answers


def test_conflicting_appends_at_once_leave_one_winner(caller):
    session, message = new_id(), new_id()
    calls = [
        caller.messages.CreateMessage.future(create_request(session, f"version {number}", message_id=message))
        for number in range(20)
    ]
    won = [call.result().seq for call in calls if call.exception() is None]
    lost = [failure_of(call.exception()).reason for call in calls if call.exception() is not None]
    assert won == [1] and lost == ["MESSAGE_ID_CONFLICT"] * 19
    assert caller.list(session).total_count == 1


def test_a_message_is_not_found_where_it_is_not(caller):
    session = new_id()
    message = caller.create(session).message_id
    for where, which in [(session, new_id()), (new_id(), message), (new_id(), new_id())]:
        failure = fail(caller.get, where, which)
        assert failure.code == grpc.StatusCode.NOT_FOUND and failure.reason
