"""What a REST error has to look like: RFC 9457, and the members that the contract adds."""

import re

from callers import DOCUMENTED_REASON


def assert_problem(answer, status: int, code: str | None = None, reason: str | None = None, names: str | None = None):
    """The answer is a problem of that status; `names` is a field that its text tells."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].split(";")[0] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert isinstance(problem["detail"], str) and problem["detail"]
    assert re.fullmatch(DOCUMENTED_REASON, problem["reason"]) and problem["request_id"]
    if code:
        assert problem["code"] == code
    if reason:
        assert problem["reason"] == reason
    if names:
        assert names in answer.text, answer.text
    return problem
