"""Request bodies by REST: what counts as JSON, what is read kindly, and what is a 400 that names the place."""

import pytest

from callers import new_id
from problems import assert_problem

GOOD = b'{"role":"user","content":"hello"}'
BROKEN = {
    "nothing": b"",
    "blanks": b" \n\t ",
    "half an object": b'{"role":"user","content":"hel',
    "half a literal": b'{"role":"user","content":"hello","agent_name":nul',
    "a half escape": b'{"role":"user","content":"\\u12',
    "an unknown escape": b'{"role":"user","content":"\\x41"}',
    "an array": b"[]",
    "null": b"null",
    "a number": b"5",
    "a string": b'"hello"',
    "two values": GOOD + GOOD,
    "text after it": GOOD + b" x",
    "a byte order mark": b"\xef\xbb\xbf" + GOOD,
    "UTF-16": GOOD.decode().encode("utf-16"),
    "single quotes": b"{'role':'user','content':'hello'}",
    "a trailing comma": b'{"role":"user","content":"hello",}',
    "no comma": b'{"role":"user" "content":"hello"}',
    "no colon": b'{"role" "user","content":"hello"}',
    "a comment": b'{"role":"user","content":"hello"/* */}',
    "a bare name": b'{role:"user",content:"hello"}',
    "a raw line end in a string": b'{"role":"user","content":"a\nb"}',
    "a raw NUL in a string": b'{"role":"user","content":"a\0b"}',
    "NUL in text": b'{"role":"user","content":"a\\u0000b"}',
    "bytes that are not UTF-8": b'{"role":"user","content":"\xff"}',
    "an overlong form": b'{"role":"user","content":"\xc0\x80"}',
    "a surrogate in UTF-8": b'{"role":"user","content":"\xed\xa0\x80"}',
    "a lone high surrogate": b'{"role":"user","content":"\\ud800"}',
    "a lone low surrogate": b'{"role":"user","content":"\\udc00"}',
    "surrogates in the wrong order": b'{"role":"user","content":"\\udc00\\ud800"}',
    "a high surrogate and a letter": b'{"role":"user","content":"\\ud800x"}',
    "a duplicate member": b'{"role":"user","content":"a","content":"b"}',
    "too deep": b'{"role":"user","content":"hello","x":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
    "deep and not closed": b"[" * 100_000,
    "NaN": b'{"role":"user","content":"hello","reset_epoch":NaN}',
    "a huge number": b'{"role":"user","content":"hello","reset_epoch":1e400}',
    "a number beyond 64 bits": b'{"role":"user","content":"hello","reset_epoch":9223372036854775808}',
    "a fraction": b'{"role":"user","content":"hello","reset_epoch":1.5}',
    "a leading zero": b'{"role":"user","content":"hello","reset_epoch":01}',
    "a plus sign": b'{"role":"user","content":"hello","reset_epoch":+1}',
    "a number without digits": b'{"role":"user","content":"hello","reset_epoch":-}',
}
WRONG_TYPES = {
    "role": [True, 1.5, [], {}, "", "User ", "robot", None],
    "content": [5, True, [], {}, None, ""],
    "message_id": [5, True, [], {}, "", "x"],
    "agent_name": [5, True, [], {}],
    "user_id": [5, True, [], {}],
    "timestamp": [5, True, [], {}, "", "yesterday", "2001-02-30T00:00:00Z", "2001-02-03", "2001-02-03T04:05:06"],
    "reset_epoch": [True, [], {}, "", "x", "1.5"],
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_broken_json_is_a_400_and_nothing_is_written(http, body):
    session = new_id()
    answer = http.post(f"/api/messages/{session}", content=body, headers={"content-type": "application/json"})
    assert_problem(answer, 400, "INVALID_ARGUMENT")
    assert http.get(f"/api/sessions/{session}").status_code == 404


@pytest.mark.parametrize(
    "member, value", [(member, value) for member, values in WRONG_TYPES.items() for value in values], ids=repr
)
def test_a_wrong_type_is_a_400_that_names_the_member(http, member, value):
    session = new_id()
    body = {"role": "user", "content": "hello", member: value}
    assert_problem(http.post(f"/api/messages/{session}", json=body), 400, "INVALID_ARGUMENT", names=member)
    batch = http.post(f"/api/messages/{session}/batch", json={"messages": [body]})
    assert_problem(batch, 400, "INVALID_ARGUMENT", names=f"messages[0].{member}")
    assert http.get(f"/api/sessions/{session}").status_code == 404


@pytest.mark.parametrize("body", [{}, {"messages": None}, {"messages": []}, {"messages": {}}, {"messages": "x"}], ids=repr)
def test_a_batch_without_messages_is_a_400_that_names_them(http, body):
    answer = http.post(f"/api/messages/{new_id()}/batch", json=body)
    assert_problem(answer, 400, "INVALID_ARGUMENT", names="messages")


def test_null_means_absent(http):
    session = new_id()
    names = ["message_id", "agent_name", "user_id", "metadata", "timestamp", "reset_epoch"]
    body = {"role": "user", "content": "hello", **dict.fromkeys(names)}
    assert http.post(f"/api/messages/{session}", json=body).status_code == 201
    assert http.post(f"/api/messages/{session}/batch", json={"messages": [body]}).status_code == 201
    for message in http.get(f"/api/messages/{session}").json()["messages"]:
        assert all(message.get(name) is None for name in ("agent_name", "user_id", "metadata"))


def test_unknown_members_are_ignored(http):
    session = new_id()
    extra = {"id": "msg_1", "client_id": 5, "sync": {"deep": [1, {"x": None}]}, "": 1, "ünknown": "😀"}
    body = {"role": "user", "content": "hello", **extra}
    assert http.post(f"/api/messages/{session}", json=body).status_code == 201
    assert http.post(f"/api/messages/{session}/batch", json={"messages": [body], **extra}).status_code == 201
    assert http.get(f"/api/messages/{session}").json()["total_count"] == 2


def test_both_spellings_of_a_name_and_both_forms_of_a_64_bit_integer_are_accepted(http):
    session, message = new_id(), new_id()
    body = {"role": "user", "content": "hello", "messageId": message, "agentName": "scout", "resetEpoch": "0"}
    assert http.post(f"/api/messages/{session}", json=body).json()["message_id"] == message
    read = http.get(f"/api/messages/{session}/{message}").json()
    assert (read["agent_name"], read["reset_epoch"]) == ("scout", 0)


def test_escapes_and_blanks_are_read(http):
    session = new_id()
    body = b' \r\n{ "role" :\t"\\u0075ser", "content" : "\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00" } \n'
    assert http.post(f"/api/messages/{session}", content=body).status_code == 201
    read = http.get(f"/api/messages/{session}").json()["messages"][0]
    assert (read["role"], read["content"]) == ("user", '"\\/\b\f\n\r\té😀')


@pytest.mark.parametrize(
    "content_type",
    [None, "application/json", "application/json; charset=utf-8", "Application/JSON;charset=UTF-8"],
)
def test_json_by_any_of_its_names_or_by_none_is_accepted(http, content_type):
    headers = {"content-type": content_type} if content_type else {}
    assert http.post(f"/api/messages/{new_id()}", content=GOOD, headers=headers).status_code == 201


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml", "json"])
def test_another_type_is_a_415(http, content_type):
    session = new_id()
    answer = http.post(f"/api/messages/{session}", content=GOOD, headers={"content-type": content_type})
    assert_problem(answer, 415)
    assert http.get(f"/api/sessions/{session}").status_code == 404
