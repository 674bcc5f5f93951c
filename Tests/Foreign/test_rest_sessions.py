"""The session routes by REST, member by member; over HTTP/1.1 and HTTP/2, with and without a trailing slash."""

import re

import pytest

from callers import new_id
from problems import assert_problem
from test_rest_messages import HELLO, RFC_3339


@pytest.fixture(params=["", "/"], ids=["no slash", "slash"])
def slash(request):
    return request.param


def make(http, **members):
    answer = http.post("/api/sessions/create", json=members)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_creating_a_session_answers_with_it(http, slash):
    session = new_id()
    given = {"session_id": session, "name": "Plans", "description": "for May", "user_id": "ann", "agent_name": "scout"}
    answer = http.post(f"/api/sessions/create{slash}", json=given)
    assert answer.status_code == 201
    made = answer.json()
    expected = {**given, "id": session, "is_active": True, "message_count": 0, "last_seq": 0, "reset_epoch": 0}
    del expected["session_id"]
    assert {name: made.get(name) for name in expected} == expected
    assert made.get("last_message_at") is None and made.get("preview") is None
    assert re.fullmatch(RFC_3339, made["created_at"])
    assert http.get(f"/api/sessions/{session}{slash}").json() == made
    assert http.post("/api/sessions/create", json={"session_id": session, "name": "other"}).json() == made


@pytest.mark.parametrize(
    "options",
    [{}, {"content": b"{}"}, {"content": b"", "headers": {"content-type": "application/json"}}, {"json": {"name": None}},
     {"json": {"name": "", "description": ""}}],
    ids=["no body", "an empty object", "no body but a type", "a null", "empty texts"],
)
def test_creating_a_session_of_nothing_gives_the_default_name(http, options):
    answer = http.post("/api/sessions/create", **options)
    assert answer.status_code == 201
    made = answer.json()
    assert made["name"] == f"Session {made['id'][:8]}" and made.get("description") is None


def test_sessions_are_listed_by_last_activity(http, slash):
    user = new_id()
    ids = [make(http, user_id=user)["id"] for _ in range(3)]
    http.post(f"/api/messages/{ids[0]}", json=HELLO)
    answer = http.get(f"/api/sessions{slash}?user_id={user}")
    assert answer.status_code == 200
    page = answer.json()
    assert [each["id"] for each in page["sessions"]] == [ids[0], ids[2], ids[1]]
    assert page["active_session_id"] == ids[0] and not page["has_more"]
    first = page["sessions"][0]
    assert (first["preview"], first["message_count"]) == ("hello", 1)
    assert re.fullmatch(RFC_3339, first["last_message_at"])
    assert first == http.get(f"/api/sessions/{ids[0]}").json()
    part = http.get(f"/api/sessions{slash}?user_id={user}&limit=1&offset=1").json()
    assert ([each["id"] for each in part["sessions"]], part["has_more"]) == ([ids[2]], True)
    rest = http.get(f"/api/sessions{slash}?user_id={user}&limit=2&page_token={part['next_page_token']}").json()
    assert [each["id"] for each in rest["sessions"]] == [ids[1]]


def test_a_list_of_none(http):
    page = http.get(f"/api/sessions/?user_id={new_id()}").json()
    assert page["sessions"] == [] and page.get("active_session_id") is None


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "offset=-1", "limit=x", "page_token=nonsense", "deleted=perhaps"])
def test_a_wrong_query_is_a_400_that_names_it(http, query):
    assert_problem(http.get(f"/api/sessions/?{query}"), 400, "INVALID_ARGUMENT", names=query.split("=")[0])


def test_renaming(http, slash):
    session = make(http, name="old", description="old words")["id"]
    answer = http.put(f"/api/sessions/{session}/rename{slash}", json={"name": "new"})
    assert answer.status_code == 200
    assert (answer.json()["name"], answer.json()["description"]) == ("new", "old words")
    answer = http.put(f"/api/sessions/{session}/rename{slash}", json={"description": "new words", "name": None})
    assert (answer.json()["name"], answer.json()["description"]) == ("new", "new words")
    assert http.get(f"/api/sessions/{session}").json() == answer.json()


def test_renaming_without_a_name_or_with_a_bad_one_is_a_400(http):
    session = make(http, name="old")
    path = f"/api/sessions/{session['id']}/rename"
    assert_problem(http.put(path, json={}), 400, "INVALID_ARGUMENT")
    assert_problem(http.put(path), 400, "INVALID_ARGUMENT")
    for wrong in ("", "x" * 201, 5, ["x"]):
        assert_problem(http.put(path, json={"name": wrong}), 400, "INVALID_ARGUMENT", names="name")
    assert http.get(f"/api/sessions/{session['id']}").json() == session


def test_deleting_and_restoring(http, slash):
    session = new_id()
    http.post(f"/api/messages/{session}", json=HELLO)
    for _ in range(2):
        answer = http.delete(f"/api/sessions/{session}{slash}")
        assert answer.status_code == 200
        assert answer.json()["status"] == "success" and answer.json()["message"]
        assert answer.json()["session"]["is_active"] is False
    assert http.get(f"/api/sessions/{session}").json()["is_active"] is False
    page = http.get(f"/api/messages/{session}").json()
    assert (page["messages"], page["total_count"]) == ([], 0)
    for refused in [
        http.post(f"/api/messages/{session}", json=HELLO),
        http.post(f"/api/messages/{session}/batch", json={"messages": [HELLO]}),
        http.put(f"/api/sessions/{session}/rename", json={"name": "new"}),
        http.post(f"/api/sessions/{session}/reset"),
        http.post("/api/sessions/create", json={"session_id": session}),
    ]:
        assert_problem(refused, 409, "FAILED_PRECONDITION", "SESSION_DELETED")
    for _ in range(2):
        answer = http.post(f"/api/sessions/{session}/restore{slash}")
        assert (answer.status_code, answer.json()["status"]) == (200, "success")
        assert answer.json()["session"]["is_active"] is True
    assert [each["content"] for each in http.get(f"/api/messages/{session}").json()["messages"]] == ["hello"]


@pytest.mark.parametrize("options", [{}, {"json": {}}, {"content": b"anything"}], ids=["no body", "an object", "text"])
def test_resetting(http, slash, options):
    session = new_id()
    http.post(f"/api/messages/{session}", json=HELLO)
    for _ in range(2):
        answer = http.post(f"/api/sessions/{session}/reset{slash}", **options)
        assert (answer.status_code, answer.json()["status"]) == (200, "success")
        assert answer.json()["message"] and answer.json()["session"]["reset_epoch"] == 1
    page = http.get(f"/api/messages/{session}").json()
    assert (page["messages"], page["total_count"], page["reset_epoch"]) == ([], 0, 1)
    stale = http.post(f"/api/messages/{session}", json={**HELLO, "reset_epoch": 0})
    assert_problem(stale, stale.status_code, "FAILED_PRECONDITION", "EPOCH_STALE")
    assert stale.status_code in (400, 409)
    posted = http.post(f"/api/messages/{session}", json={**HELLO, "reset_epoch": "1"})
    assert (posted.status_code, posted.json()["seq"]) == (201, 2)


def test_a_session_that_never_was_is_a_404(http):
    session = new_id()
    for answer in [
        http.get(f"/api/sessions/{session}"),
        http.put(f"/api/sessions/{session}/rename", json={"name": "new"}),
        http.delete(f"/api/sessions/{session}"),
        http.post(f"/api/sessions/{session}/reset"),
        http.post(f"/api/sessions/{session}/restore"),
    ]:
        assert_problem(answer, 404, "NOT_FOUND")


@pytest.mark.parametrize("bad", ["x", "5", new_id()[:-1], new_id() + "0"])
def test_a_bad_id_in_the_path_is_a_400_that_names_it(http, bad):
    for answer in [
        http.get(f"/api/sessions/{bad}"), http.delete(f"/api/sessions/{bad}"),
        http.post(f"/api/sessions/{bad}/reset"), http.put(f"/api/sessions/{bad}/rename", json={"name": "x"}),
        http.get(f"/api/messages/{bad}"), http.post(f"/api/messages/{bad}", json=HELLO),
        http.post(f"/api/messages/{bad}/batch", json={"messages": [HELLO]}), http.get(f"/api/messages/{bad}/{new_id()}"),
    ]:
        assert_problem(answer, 400, "INVALID_ARGUMENT", names="session_id")
    assert_problem(http.get(f"/api/messages/{new_id()}/{bad}"), 400, "INVALID_ARGUMENT", names="message_id")
