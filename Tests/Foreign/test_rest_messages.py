"""The message routes by REST, member by member as existing pages rely on them; over HTTP/1.1 and HTTP/2."""

import json
import re
from decimal import Decimal

import pytest

from callers import new_id
from problems import assert_problem

RFC_3339 = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"
HELLO = {"role": "user", "content": "hello"}


@pytest.fixture(params=["", "/"], ids=["no slash", "slash"])
def slash(request):
    return request.param


def test_posting_a_message_tells_its_id_and_seq(http, slash):
    session = new_id()
    answer = http.post(f"/api/messages/{session}{slash}", json=HELLO)
    assert answer.status_code == 201
    assert answer.headers["content-type"].split(";")[0] == "application/json"
    body = answer.json()
    assert (body["status"], body["seq"], body["duplicate"]) == ("success", 1, False)
    assert http.get(f"/api/messages/{session}/{body['message_id']}").json()["content"] == "hello"
    assert isinstance(body["revision"], int) and re.fullmatch(RFC_3339, body["timestamp"])
    assert next(iter(body)) == "status"


def test_posting_a_batch_tells_all_ids(http, slash):
    session, ids = new_id(), [new_id(), new_id()]
    messages = [{"role": "user", "content": "one", "message_id": ids[0]},
                {"role": "assistant", "content": "two", "message_id": ids[1], "agent_name": "scout"}]
    answer = http.post(f"/api/messages/{session}/batch{slash}", json={"messages": messages})
    assert answer.status_code == 201
    body = answer.json()
    assert (body["status"], body["message_ids"], body["count"]) == ("success", ids, 2)
    assert [(each["message_id"], each["seq"], each["duplicate"]) for each in body["results"]] == [
        (ids[0], 1, False), (ids[1], 2, False),
    ]


def test_getting_messages_shows_every_member(http, slash):
    session, message = new_id(), new_id()
    posted = {"role": "assistant", "content": "the text", "agent_name": "scout", "user_id": "ann",
              "metadata": {"a": [1, None, {"b": "c"}]}, "message_id": message, "reset_epoch": 0,
              "timestamp": "2001-02-03T04:05:06.123456Z"}
    assert http.post(f"/api/messages/{session}", json=posted).status_code == 201
    http.post(f"/api/messages/{session}", json=HELLO)
    answer = http.get(f"/api/messages/{session}{slash}")
    assert answer.status_code == 200
    page = answer.json()
    assert (page["total_count"], page["has_more"]) == (2, False)
    first, second = page["messages"]
    expected = {**posted, "session_id": session, "seq": 1, "state": "complete"}
    assert {name: first.get(name) for name in expected} == expected
    assert (second["content"], second["role"], second["seq"]) == ("hello", "user", 2)
    assert all(second.get(name) is None for name in ("agent_name", "user_id", "metadata", "edited_at", "deleted_at"))
    assert re.fullmatch(RFC_3339, second["timestamp"])
    assert http.get(f"/api/messages/{session}/{message}{slash}").json() == first


def test_pages_by_query(http, slash):
    session = new_id()
    messages = [{"role": "user", "content": str(number)} for number in range(1, 11)]
    http.post(f"/api/messages/{session}/batch", json={"messages": messages})

    def page(query):
        answer = http.get(f"/api/messages/{session}{slash}?{query}").json()
        return [int(each["content"]) for each in answer["messages"]], answer["has_more"], answer["total_count"]

    assert page("limit=3") == ([1, 2, 3], True, 10)
    assert page("limit=3&offset=8") == ([9, 10], False, 10)
    assert page("after_seq=8") == ([9, 10], False, 10)
    assert page("before_seq=3&limit=5") == ([1, 2], False, 10)
    assert page("newest_first=true&limit=2") == ([10, 9], True, 10)
    assert page("limit=%33") == ([1, 2, 3], True, 10)


@pytest.mark.parametrize(
    "query, field",
    [("limit=0", "limit"), ("limit=501", "limit"), ("limit=-1", "limit"), ("limit=x", "limit"), ("limit=", "limit"),
     ("limit=99999999999999999999", "limit"), ("offset=-1", "offset"), ("offset=1.5", "offset"),
     ("newest_first=maybe", "newest_first"), ("after_seq=x", "after_seq")],
)
def test_a_wrong_query_is_a_400_that_names_it(http, query, field):
    assert_problem(http.get(f"/api/messages/{new_id()}?{query}"), 400, "INVALID_ARGUMENT", names=field)


def test_the_messages_of_a_session_that_does_not_exist_are_an_empty_page(http):
    answer = http.get(f"/api/messages/{new_id()}")
    assert answer.status_code == 200
    page = answer.json()
    assert (page["messages"], page["total_count"], page["has_more"]) == ([], 0, False)


def test_a_message_that_is_not_there_is_a_404(http):
    session = new_id()
    http.post(f"/api/messages/{session}", json=HELLO)
    assert_problem(http.get(f"/api/messages/{session}/{new_id()}"), 404, "NOT_FOUND")
    assert_problem(http.get(f"/api/messages/{new_id()}/{new_id()}"), 404, "NOT_FOUND")


def test_the_same_message_again_is_a_duplicate_and_another_content_a_409(http):
    session, message = new_id(), {**HELLO, "message_id": new_id(), "metadata": {"k": 1}}
    first = http.post(f"/api/messages/{session}", json=message).json()
    again = http.post(f"/api/messages/{session}", json=message)
    assert again.status_code == 201
    assert again.json() == {**first, "duplicate": True}
    conflict = http.post(f"/api/messages/{session}", json={**message, "content": "other"})
    assert_problem(conflict, 409, "ALREADY_EXISTS", "MESSAGE_ID_CONFLICT")
    assert http.get(f"/api/messages/{session}").json()["total_count"] == 1


def test_rest_and_grpc_see_the_same_message(http, caller):
    session, message = new_id(), new_id()
    first = caller.create(session, "by gRPC", message_id=message, metadata='{"k":1}')
    again = http.post(
        f"/api/messages/{session}",
        json={"role": "user", "content": "by gRPC", "message_id": message, "metadata": {"k": 1}},
    ).json()
    assert again["seq"] == first.seq
    shown = http.get(f"/api/messages/{session}/{message}").json()
    read = caller.get(session, message)
    assert shown["timestamp"] == read.timestamp.ToJsonString() and shown["metadata"] == json.loads(read.metadata)
    assert (shown["content"], shown["seq"], shown["revision"]) == (read.content, read.seq, read.revision)


def test_metadata_is_shown_as_an_object_numerically_lossless(http):
    numbers = '{"a":1.10,"b":12345678901234567890123456789,"c":-0.1e-20,"d":0.1234567890123456789,"e":[1E5]}'
    session = new_id()
    body = f'{{"role":"user","content":"hello","metadata":{numbers}}}'
    assert http.post(f"/api/messages/{session}", content=body).status_code == 201
    page = json.loads(http.get(f"/api/messages/{session}").text, parse_float=Decimal, parse_int=Decimal)
    assert page["messages"][0]["metadata"] == json.loads(numbers, parse_float=Decimal, parse_int=Decimal)


@pytest.mark.parametrize("metadata", ["text", 1, [], True, {"a": "\0"}], ids=repr)
def test_metadata_that_is_no_object_or_cannot_be_stored_is_a_400(http, metadata):
    session = new_id()
    answer = http.post(f"/api/messages/{session}", json={**HELLO, "metadata": metadata})
    assert_problem(answer, 400, "INVALID_ARGUMENT", names="metadata")
    assert http.get(f"/api/messages/{session}").json()["total_count"] == 0


@pytest.mark.parametrize("when", [1700000000000, "2024-01-01T00:00:00Z"], ids=["a number", "a string"])
@pytest.mark.parametrize("batch", [False, True], ids=["single", "batch"])
def test_client_id_with_client_timestamp_is_the_id_and_a_known_one_never_conflicts(http, when, batch):
    session, message = new_id(), new_id()

    def post(content):
        body = {"role": "user", "content": content, "metadata": {"client_id": message, "client_timestamp": when}}
        if not batch:
            return http.post(f"/api/messages/{session}", json=body).json()
        answer = http.post(f"/api/messages/{session}/batch", json={"messages": [body]}).json()
        assert answer["message_ids"] == [message]
        return answer["results"][0]

    first, again = post("first"), post("another content")
    assert (first["message_id"], first["seq"], first["duplicate"]) == (message, 1, False)
    assert (again["message_id"], again["seq"], again["duplicate"]) == (message, 1, True)
    page = http.get(f"/api/messages/{session}").json()
    assert [each["content"] for each in page["messages"]] == ["first"]


@pytest.mark.parametrize(
    "metadata",
    [{"client_id": "{id}"}, {"client_timestamp": 1}, {"client_id": "not a uuid", "client_timestamp": 1},
     {"client_id": 5, "client_timestamp": 1}],
    ids=["no client_timestamp", "no client_id", "not a UUID", "not a string"],
)
def test_other_metadata_gives_no_id(http, metadata):
    session, given = new_id(), new_id()
    metadata = {name: given if value == "{id}" else value for name, value in metadata.items()}
    bodies = [{"role": "user", "content": text, "metadata": metadata} for text in ("one", "two")]
    ids = [http.post(f"/api/messages/{session}", json=body).json()["message_id"] for body in bodies]
    assert len({*ids, given}) == 3


def test_a_message_id_goes_before_a_client_id(http):
    session, message = new_id(), new_id()
    body = {**HELLO, "message_id": message, "metadata": {"client_id": new_id(), "client_timestamp": 1}}
    assert http.post(f"/api/messages/{session}", json=body).json()["message_id"] == message
    assert_problem(http.post(f"/api/messages/{session}", json={**body, "content": "other"}), 409)


@pytest.mark.parametrize("wrong", [{"role": "robot"}, {"role": "user"}, {"content": "x"}, 5, None, []], ids=repr)
def test_a_bad_item_of_a_batch_is_a_400_that_names_its_index_and_nothing_is_written(http, wrong):
    session = new_id()
    answer = http.post(f"/api/messages/{session}/batch", json={"messages": [HELLO, HELLO, wrong, HELLO]})
    assert_problem(answer, 400, "INVALID_ARGUMENT", names="messages[2]")
    assert http.get(f"/api/messages/{session}").json()["total_count"] == 0


def test_too_large_is_a_413(http):
    session = new_id()
    path = f"/api/messages/{session}"
    large = http.post(path, json={"role": "user", "content": "x" * (2 << 20)})
    assert_problem(large, 413, "INVALID_ARGUMENT", "CONTENT_TOO_LARGE", "content")
    many = http.post(f"{path}/batch", json={"messages": [HELLO] * 501})
    assert_problem(many, 413, "INVALID_ARGUMENT", "CONTENT_TOO_LARGE", "messages")
    whole = http.post(path, json={"role": "user", "content": "x" * (5 << 20)})
    assert_problem(whole, 413, "INVALID_ARGUMENT", "CONTENT_TOO_LARGE")
    assert http.get(path).json()["total_count"] == 0


def test_the_largest_content_goes_in_and_out(http):
    session, text = new_id(), "\u0001é" + "x" * ((1 << 20) - 3)
    assert http.post(f"/api/messages/{session}", json={"role": "user", "content": text}).status_code == 201
    assert http.get(f"/api/messages/{session}").json()["messages"][0]["content"] == text


def test_a_page_by_rest_is_not_cut_at_what_fits_grpc(http):
    session = new_id()
    for number in range(5):
        http.post(f"/api/messages/{session}", json={"role": "user", "content": str(number) * (900 << 10)})
    page = http.get(f"/api/messages/{session}").json()
    assert len(page["messages"]) == 5 and not page["has_more"]
