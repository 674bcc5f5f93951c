"""A log of calls as values."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

REFUSALS = {
    "INVALID_ARGUMENT", "NOT_FOUND", "ALREADY_EXISTS", "FAILED_PRECONDITION", "OUT_OF_RANGE", "ABORTED", "RESOURCE_EXHAUSTED",
}
METHODS = {"append", "edit", "delete", "reset", "delete_session", "restore_session", "changes"}
STATE, MESSAGE = ("last_seq", "revision", "reset_epoch"), ("message_id", "seq", "revision", "reset_epoch", "content")


class MalformedLog(Exception):
    """The log is not one; the message says where."""


@dataclass
class Call:
    number: int
    method: str
    session: str
    began: float
    request: dict
    ended: float | None = None
    answer: dict | None = None
    error: str | None = None

    @property
    def is_done(self) -> bool:
        return self.answer is not None

    @property
    def is_in_doubt(self) -> bool:
        return self.answer is None and self.error not in REFUSALS

    @property
    def may_have_happened(self) -> bool:
        return self.is_done or self.is_in_doubt


@dataclass
class Item:
    """One message of an append, and what was answered of it."""

    call: Call
    place: int
    message_id: str
    content: str

    @property
    def result(self) -> dict | None:
        return self.call.answer["results"][self.place] if self.call.is_done else None


@dataclass
class SessionHistory:
    session: str
    calls: list[Call] = field(default_factory=list)
    final: dict | None = None

    def of(self, *methods: str) -> list[Call]:
        return [call for call in self.calls if call.method in methods]

    @cached_property
    def items(self) -> list[Item]:
        return [
            Item(call, place, message["message_id"], message["content"])
            for call in self.of("append") for place, message in enumerate(call.request["messages"])
        ]

    @cached_property
    def by_id(self) -> dict[str, list[Item]]:
        found: dict[str, list[Item]] = {}
        for item in self.items:
            found.setdefault(item.message_id, []).append(item)
        return found

    @cached_property
    def seqs(self) -> dict[str, int]:
        """Of the messages that were acknowledged or are there at the end; the first that was told counts."""
        found: dict[str, int] = {}
        for item in self.items:
            if item.result:
                found.setdefault(item.message_id, item.result["seq"])
        for message in self.visible:
            found.setdefault(message["message_id"], message["seq"])
        return found

    @property
    def visible(self) -> list[dict]:
        return self.final["messages"] if self.final else []

    def calls_of(self, method: str, message_id: str) -> list[Call]:
        return [call for call in self._by_target.get((method, message_id), [])]

    @cached_property
    def _by_target(self) -> dict[tuple[str, str], list[Call]]:
        found: dict[tuple[str, str], list[Call]] = {}
        for call in self.of("edit", "delete"):
            found.setdefault((call.method, call.request["message_id"]), []).append(call)
        return found


def read(lines: Iterable[str]) -> list[SessionHistory]:
    """The histories of the sessions in a log."""
    calls: dict[int, Call] = {}
    sessions: dict[str, SessionHistory] = {}
    for number, line in enumerate(lines, 1):
        try:
            event = json.loads(line)
            _take(event, calls, sessions)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise MalformedLog(f"line {number}: {type(error).__name__}: {error}") from error
    return list(sessions.values())


def _take(event: dict, calls: dict[int, Call], sessions: dict[str, SessionHistory]) -> None:
    kind = event.pop("event")
    if kind == "begin":
        number, method, session = event.pop("call"), event.pop("method"), event.pop("session")
        if method not in METHODS or number in calls:
            raise ValueError(f"call {number} of {method} is unknown or began before")
        call = calls[number] = Call(number, method, session, float(event.pop("at")), event)
        if method == "append":
            for message in event["messages"]:
                message["message_id"], message["content"]
        elif method in ("edit", "delete"):
            event["message_id"]
        elif method == "changes":
            event["follower"]
        sessions.setdefault(session, SessionHistory(session)).calls.append(call)
    elif kind == "end":
        call = calls[event["call"]]
        if call.ended is not None:
            raise ValueError(f"call {call.number} ended before")
        call.ended, call.answer, call.error = float(event["at"]), event.get("answer"), event.get("error")
        if (call.answer is None) == (call.error is None):
            raise ValueError(f"call {call.number} has to have an answer or an error")
        if call.is_done and call.method == "append" and len(call.answer["results"]) != len(call.request["messages"]):
            raise ValueError(f"call {call.number} has another number of results than of messages")
    elif kind == "final":
        for name in STATE:
            event["state"][name]
        for message in event["messages"]:
            for name in MESSAGE:
                message[name]
        sessions.setdefault(event["session"], SessionHistory(event["session"])).final = event
    else:
        raise ValueError(f"there is no event {kind}")
