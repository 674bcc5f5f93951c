"""Bad input by gRPC: the documented error, which names the field, and nothing is changed."""

import json

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from callers import Caller, create_request, fail, failure_of, item, new_id
from stubs import message_pb2

INVALID = grpc.StatusCode.INVALID_ARGUMENT
KIB = 1 << 10
MIB = 1 << 20
BAD_IDS = ["", "x", "not-a-uuid-not-a-uuid-not-a-uuid-not", f"{new_id()}x", new_id()[:-1], f"{new_id()[:-1]}\0", "é" * 18]
BAD_METADATA = {
    "empty": "",
    "not JSON": "{",
    "an array": "[]",
    "a number": "1",
    "a string": '"{}"',
    "null": "null",
    "text after it": "{} {}",
    "a trailing comma": '{"a": 1,}',
    "NUL": '{"a": "\\u0000"}',
    "NUL in a name": '{"\\u0000": 1}',
    "a raw control character": '{"a": "\n"}',
    "a lone surrogate": '{"a": "\\ud800"}',
    "surrogates in the wrong order": '{"a": "\\udc00\\ud800"}',
    "too deep": '{"a":' * 150 + "1" + "}" * 150,
    "a number of 41 characters": '{"a": ' + "1" * 41 + "}",
    "beyond a double": '{"a": 1e309}',
    "NaN": '{"a": NaN}',
    "a leading zero": '{"a": 01}',
    "too large": json.dumps({"a": "x" * (16 * KIB)}),
}
BAD_MEMBERS = {
    **{f"session_id {bad!r}": ({"session_id": bad}, "session_id") for bad in BAD_IDS},
    **{f"message_id {bad!r}": ({"message_id": bad}, "message_id") for bad in BAD_IDS},
    "no role": ({"role": 0}, "role"),
    "an unknown role": ({"role": 4}, "role"),
    "a negative role": ({"role": -1}, "role"),
    "no content": ({"content": ""}, "content"),
    "NUL in content": ({"content": "a\0b"}, "content"),
    "content of 1 MiB and 1": ({"content": "x" * (MIB + 1)}, "content"),
    "content of 2 MiB": ({"content": "x" * (2 * MIB)}, "content"),
    "agent_name of 257 bytes": ({"agent_name": "é" * 128 + "x"}, "agent_name"),
    "NUL in agent_name": ({"agent_name": "\0"}, "agent_name"),
    "user_id of 257 bytes": ({"user_id": "x" * 257}, "user_id"),
    "NUL in user_id": ({"user_id": "a\0"}, "user_id"),
    "a time before the year 1": ({"timestamp": Timestamp(seconds=-62135596801)}, "timestamp"),
    "a time after the year 9999": ({"timestamp": Timestamp(seconds=253402300800)}, "timestamp"),
    "negative nanoseconds": ({"timestamp": Timestamp(seconds=1, nanos=-1)}, "timestamp"),
    "too many nanoseconds": ({"timestamp": Timestamp(seconds=1, nanos=1_000_000_000)}, "timestamp"),
    **{f"metadata: {name}": ({"metadata": text}, "metadata") for name, text in BAD_METADATA.items()},
}


@pytest.fixture
def session(caller):
    session = new_id()
    caller.batch(session, item("one"), item("two"))
    return session


@pytest.mark.parametrize("members, field", BAD_MEMBERS.values(), ids=BAD_MEMBERS)
def test_a_wrong_member_of_a_message_is_named_and_nothing_is_written(caller, session, members, field):
    before = caller.state(session)
    good = {"session_id": session, "role": 1, "content": "hello"}
    failure = fail(caller.messages.CreateMessage, message_pb2.CreateMessageRequest(**(good | members)))
    assert (failure.code, failure.fields) == (INVALID, [field])
    assert failure.reason and field in failure.message
    assert caller.state(session) == before


@pytest.mark.parametrize(
    "members, field",
    [each for name, each in BAD_MEMBERS.items() if each[1] != "session_id"],
    ids=[name for name, each in BAD_MEMBERS.items() if each[1] != "session_id"],
)
def test_a_wrong_member_of_a_batch_is_named_by_its_index_and_nothing_is_written(caller, session, members, field):
    before = caller.state(session)
    wrong = message_pb2.NewMessage(**({"role": 1, "content": "hello"} | members))
    failure = fail(caller.batch, session, item("fine"), item("fine"), wrong, item("fine"))
    assert (failure.code, failure.fields) == (INVALID, [f"messages[2].{field}"])
    assert caller.state(session) == before


@pytest.mark.parametrize("size", [MIB + 1, 2 * MIB])
def test_content_over_the_limit_has_a_reason_of_its_own(caller, session, size):
    assert fail(caller.create, session, "x" * size).reason == "CONTENT_TOO_LARGE"
    assert fail(caller.batch, session, item("fine"), item("x" * size)).reason == "CONTENT_TOO_LARGE"


def test_a_batch_of_501_is_too_large(caller, session):
    before = caller.state(session)
    failure = fail(caller.batch, session, *(item("x") for _ in range(501)))
    assert (failure.code, failure.reason, failure.fields) == (INVALID, "CONTENT_TOO_LARGE", ["messages"])
    assert caller.state(session) == before


def test_a_batch_of_none_is_refused(caller, session):
    before = caller.state(session)
    failure = fail(caller.batch, session)
    assert (failure.code, failure.fields) == (INVALID, ["messages"])
    assert caller.state(session) == before


def test_a_request_over_4_mib_is_too_large(caller, session):
    before = caller.state(session)
    failure = fail(caller.batch, session, *(item("x" * MIB) for _ in range(5)))
    assert (failure.code, failure.reason) == (INVALID, "CONTENT_TOO_LARGE")
    assert caller.state(session) == before


def test_the_largest_allowed_members_are_accepted(caller):
    session = new_id()
    deep = '{"a":' * 90 + "1" + "}" * 90
    caller.create(session, agent_name="é" * 128, user_id="x" * 256, metadata=deep)
    caller.create(session, metadata=json.dumps({"a": "x" * (16 * KIB - 10)}))
    caller.create(session, metadata='{"a": ' + "1" * 40 + ', "b": 1e308, "c": "\\ud83d\\ude00"}')
    assert caller.list(session).total_count == 3


@pytest.mark.parametrize("limit", [0, 501, -1, 2**31 - 1])
def test_a_page_length_out_of_range_is_refused(caller, session, limit):
    failure = fail(caller.list, session, limit=limit)
    assert (failure.code, failure.fields) == (INVALID, ["limit"])


def test_a_negative_offset_is_refused(caller, session):
    failure = fail(caller.list, session, offset=-1)
    assert (failure.code, failure.fields) == (INVALID, ["offset"])


@pytest.mark.parametrize("bad", BAD_IDS, ids=repr)
def test_a_bad_id_in_any_call_is_refused(caller, session, bad):
    calls = {
        "session_id": [
            lambda: caller.list(bad), lambda: caller.get(bad, new_id()), lambda: caller.batch(bad, item()),
            lambda: caller.session(bad), lambda: caller.rename(bad, name="x"), lambda: caller.delete(bad),
            lambda: caller.restore(bad), lambda: caller.reset(bad), lambda: caller.create_session(session_id=bad),
        ],
        "message_id": [lambda: caller.get(session, bad)],
    }
    for field, attempts in calls.items():
        for attempt in attempts:
            failure = fail(attempt)
            assert (failure.code, failure.fields) == (INVALID, [field])


@pytest.mark.parametrize(
    "members, field",
    [
        ({"name": "é" * 201}, "name"), ({"name": "a\0"}, "name"),
        ({"description": "é" * 201}, "description"), ({"description": "\0"}, "description"),
        ({"user_id": "x" * 257}, "user_id"), ({"agent_name": "x" * 257}, "agent_name"),
    ],
    ids=["long name", "NUL in name", "long description", "NUL in description", "user_id", "agent_name"],
)
def test_a_wrong_member_of_a_session_is_named_and_nothing_is_made(caller, members, field):
    session = new_id()
    failure = fail(caller.create_session, session_id=session, **members)
    assert (failure.code, failure.fields) == (INVALID, [field])
    assert fail(caller.session, session).code == grpc.StatusCode.NOT_FOUND
    if field in ("name", "description"):
        caller.create_session(session_id=session, name="before")
        before = caller.session(session)
        failure = fail(caller.rename, session, **members)
        assert (failure.code, failure.fields) == (INVALID, [field])
        assert caller.session(session) == before


def test_renaming_to_nothing_is_refused(caller, session):
    before = caller.state(session)
    assert fail(caller.rename, session).code == INVALID
    assert fail(caller.rename, session, name="").fields == ["name"]
    assert caller.state(session) == before


def test_the_longest_names_are_accepted(caller):
    made = caller.create_session(name="é" * 200, description="世" * 200)
    assert (made.name, made.description) == ("é" * 200, "世" * 200)


@pytest.mark.parametrize(
    "members, field",
    [
        ({"limit": 0}, "limit"), ({"limit": 101}, "limit"), ({"limit": -1}, "limit"), ({"offset": -1}, "offset"),
        ({"page_token": "nonsense"}, "page_token"), ({"page_token": "AAAA" * 10}, "page_token"),
    ],
    ids=str,
)
def test_a_list_of_sessions_out_of_range_is_refused(caller, members, field):
    failure = fail(caller.list_sessions, **members)
    assert (failure.code, failure.fields) == (INVALID, [field])


def test_a_page_token_together_with_an_offset_is_refused(caller):
    user = new_id()
    for _ in range(2):
        caller.create_session(user_id=user)
    token = caller.list_sessions(user_id=user, limit=1).next_page_token
    assert fail(caller.list_sessions, user_id=user, page_token=token, offset=1).code == INVALID


def raw_call(channel, request: bytes, method="/chatrpc.v1.MessageService/CreateMessage"):
    """Sends bytes that Python's own protobuf would not make."""
    call = channel.unary_unary(
        method, request_serializer=bytes, response_deserializer=message_pb2.CreateMessageResponse.FromString
    )
    return call(request)


@pytest.mark.parametrize("text", [b"\xff", b"a\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xe4\xb8"], ids=repr)
def test_text_that_is_not_utf_8_is_refused(channel, caller, session, text):
    before = caller.state(session)
    start = create_request(session, "").SerializeToString()
    failure = fail(raw_call, channel, start + b"\x22" + bytes([len(text)]) + text)
    assert failure.code == INVALID and "content" in failure.message
    assert caller.state(session) == before


@pytest.mark.parametrize(
    "tail",
    [b"\x22\x05ab", b"\x22\xff\xff\xff\xff\x0f", b"\x22", b"\xff" * 11, b"\x00\x00", b"\x26", b"\xa4\x06", b"\x07"],
    ids=["truncated", "a huge length", "no length", "a long tag", "field 0", "wire type 6", "an end group alone", "wire type 7"],
)
def test_bytes_that_are_no_message_are_refused(channel, caller, session, tail):
    before = caller.state(session)
    failure = fail(raw_call, channel, create_request(session).SerializeToString() + tail)
    assert failure.code == INVALID
    assert caller.state(session) == before


def test_unknown_fields_and_groups_are_skipped(channel, caller, session):
    extra = b"\xa0\x06\x01" + b"\xaa\x06\x03abc" + b"\xa3\x06\x08\x01\xa4\x06"
    assert raw_call(channel, create_request(session).SerializeToString() + extra).seq == 3


def test_groups_nested_too_deep_are_refused(channel, caller, session):
    extra = b"\xa3\x06" * 10_000 + b"\xa4\x06" * 10_000
    assert fail(raw_call, channel, create_request(session).SerializeToString() + extra).code == INVALID


def test_the_last_of_repeated_singular_fields_counts(channel, caller, session):
    request = create_request(session, "first").SerializeToString()
    raw_call(channel, request + create_request(session, "second").SerializeToString())
    assert [each.content for each in caller.list(session).messages] == ["one", "two", "second"]


def test_an_unknown_method_or_service_is_unimplemented(channel):
    for method in ["/chatrpc.v1.MessageService/Nothing", "/chatrpc.v1.Nothing/CreateMessage", "/nothing"]:
        assert fail(raw_call, channel, b"", method).code == grpc.StatusCode.UNIMPLEMENTED


def test_one_callers_bad_requests_do_not_disturb_another(server, caller):
    session = new_id()
    with grpc.insecure_channel(server.address, [("grpc.use_local_subchannel_pool", 1)]) as other:
        bad = [Caller(other).messages.CreateMessage.future(create_request("bad")) for _ in range(100)]
        good = [caller.messages.CreateMessage.future(create_request(session, str(number))) for number in range(100)]
        assert {failure_of(call.exception()).code for call in bad} == {INVALID}
        assert sorted(call.result().seq for call in good) == list(range(1, 101))
    assert caller.session(session).message_count == 100
