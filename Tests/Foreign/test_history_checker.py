"""The history checker: right histories pass, and each kind of fault that is planted in one is found and named.

The seed is printed; CHATRPC_TEST_SEED repeats a run.
"""

import copy
import json
import os
import random
import subprocess
import sys

import pytest

from random_history import RandomHistory
from servers import REPOSITORY

CHECKER = REPOSITORY / "Tests/HistoryChecker"
SEEDS = 40

sys.path.insert(0, str(CHECKER))

from checks import check  # noqa: E402
from history import read  # noqa: E402


def run(lines: list[str]) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, CHECKER], input="\n".join(lines), capture_output=True, text=True, timeout=60)


def kinds(events: list[dict]) -> set[str]:
    """The kinds of violations that the checker finds."""
    return {violation.kind for session in read(json.dumps(event) for event in events) for violation in check(session)}


@pytest.fixture(scope="module")
def seeds():
    first = int(os.environ.get("CHATRPC_TEST_SEED", random.SystemRandom().randrange(1 << 32)))
    print(f"CHATRPC_TEST_SEED={first}")
    return [first + number for number in range(SEEDS)]


def test_right_histories_pass(seeds):
    for seed in seeds:
        assert kinds(RandomHistory(random.Random(seed)).events) == set(), f"seed {seed}"


def test_the_program_tells_what_it_found_by_its_end(seeds):
    history = RandomHistory(random.Random(seeds[0]))
    ended = run(history.lines())
    assert (ended.returncode, ended.stdout) == (0, "") and "no violations" in ended.stderr
    history.events[-1]["state"]["revision"] += 100
    ended = run(history.lines())
    assert ended.returncode == 1 and ended.stdout.startswith(f"REVISION: session {history.session}: ")


class Planted:
    """A history, and what a fault may be planted in."""

    def __init__(self, seed: int):
        self.chance = random.Random(seed)
        self.events = copy.deepcopy(RandomHistory(self.chance).events)
        self.final = self.events[-1]
        self.begins = {event["call"]: event for event in self.events if event["event"] == "begin"}
        self.answers = {
            event["call"]: event["answer"] for event in self.events if event["event"] == "end" and "answer" in event}

    def fresh(self) -> list[tuple[str, dict, int]]:
        """(id, result, call) of the messages that an answer said were new."""
        return [
            (message["message_id"], result, call)
            for call, answer in self.answers.items() if self.begins[call]["method"] == "append"
            for message, result in zip(self.begins[call]["messages"], answer["results"], strict=True) if not result["duplicate"]
        ]

    def targets(self, method: str) -> set[str]:
        return {begin["message_id"] for begin in self.begins.values() if begin["method"] == method}

    def untouched(self) -> list[dict]:
        """Messages that are there, that an answer told of, and that nothing was tried upon."""
        told = {message_id for message_id, _, _ in self.fresh()}
        touched = self.targets("edit") | self.targets("delete")
        return [message for message in self.final["messages"] if message["message_id"] in told and message["message_id"] not in touched]


def plant_lost(planted: Planted) -> bool:
    if any(begin["method"] == "reset" for begin in planted.begins.values()) or not planted.untouched():
        return False
    planted.final["messages"].remove(planted.chance.choice(planted.untouched()))
    return True


def plant_double(planted: Planted) -> bool:
    if not planted.final["messages"]:
        return False
    state = planted.final["state"]
    state["last_seq"] += 1
    state["revision"] += 1
    planted.final["messages"].append(dict(planted.final["messages"][0], seq=state["last_seq"], revision=state["revision"]))
    return True


def plant_second_seq(planted: Planted) -> bool:
    """A retry that was given a seq of its own."""
    again = [
        (result, call) for call, answer in planted.answers.items() if planted.begins[call]["method"] == "append"
        for result in answer["results"] if result["duplicate"]]
    fresh = {message_id for message_id, _, _ in planted.fresh()}
    for result, call in again:
        if planted.begins[call]["messages"][0]["message_id"] in fresh:
            result.update(seq=result["seq"] + 1000)
            return True
    if not planted.fresh():
        return False
    # Nobody tried twice: now somebody does, and is told that it was new.
    message_id, result, call = planted.chance.choice(planted.fresh())
    number, at = 1_000_000, planted.events[-2]["at"] + 1
    begin = dict(planted.begins[call], call=number, at=at, messages=[next(each for each in planted.begins[call]["messages"] if each["message_id"] == message_id)])
    end = {"event": "end", "call": number, "at": at + 1, "answer": {"results": [dict(result, seq=result["seq"] + 1000)]}}
    planted.events[-1:-1] = [begin, end]
    return True


def plant_swapped(planted: Planted) -> bool:
    """Two messages, of which one was acknowledged before the other was sent, have each other's seq."""
    ends = {event["call"]: event["at"] for event in planted.events if event["event"] == "end"}
    there = {message["message_id"]: message for message in planted.final["messages"]}
    fresh = planted.fresh()
    planted.chance.shuffle(fresh)
    for first_id, first, first_call in fresh:
        for second_id, second, second_call in fresh:
            if ends[first_call] >= planted.begins[second_call]["at"] or len(planted.begins[first_call]["messages"]) > 1:
                continue
            first["seq"], second["seq"] = second["seq"], first["seq"]
            for message_id, result in ((first_id, first), (second_id, second)):
                if message_id in there:
                    there[message_id]["seq"] = result["seq"]
            planted.final["messages"].sort(key=lambda message: message["seq"])
            return True
    return False


def plant_invented(planted: Planted) -> bool:
    state = planted.final["state"]
    state["last_seq"] += 1
    state["revision"] += 1
    planted.final["messages"].append({
        "message_id": "00000000-0000-4000-8000-000000000000", "seq": state["last_seq"], "revision": state["revision"],
        "reset_epoch": state["reset_epoch"], "content": "nobody's"})
    return True


def plant_altered(planted: Planted) -> bool:
    if not planted.untouched():
        return False
    planted.chance.choice(planted.untouched())["content"] += "!"
    return True


def plant_refused(planted: Planted) -> bool:
    """What was refused is there all the same."""
    if not planted.untouched():
        return False
    message_id = planted.chance.choice(planted.untouched())["message_id"]
    for event in planted.events:
        if event["event"] == "end" and planted.begins[event["call"]]["method"] == "append":
            if any(message["message_id"] == message_id for message in planted.begins[event["call"]]["messages"]):
                event.pop("answer", None)
                event["error"] = "FAILED_PRECONDITION"
    return True


def plant_gap(planted: Planted) -> bool:
    """From some message on, all have a seq that is greater by more than doubts explain."""
    if len(planted.fresh()) < 4:
        return False
    shift = 60
    at = sorted(result["seq"] for _, result, _ in planted.fresh())[len(planted.fresh()) // 2]
    for call, answer in planted.answers.items():
        if planted.begins[call]["method"] == "append":
            for result in answer["results"]:
                result["seq"] += shift if result["seq"] >= at else 0
        elif planted.begins[call]["method"] == "reset":
            answer["last_seq"] += shift if answer["last_seq"] >= at else 0
        elif planted.begins[call]["method"] == "changes":
            for change in answer["changes"]:
                if "message" in change:
                    change["message"]["seq"] += shift if change["message"]["seq"] >= at else 0
    for message in planted.final["messages"]:
        message["seq"] += shift if message["seq"] >= at else 0
    planted.final["state"]["last_seq"] += shift
    return True


def plant_lost_revision(planted: Planted) -> bool:
    planted.final["state"]["revision"] += 100
    return True


def plant_same_revision(planted: Planted) -> bool:
    if len(planted.fresh()) < 2:
        return False
    first, second = planted.chance.sample(planted.fresh(), 2)
    second[1]["revision"] = first[1]["revision"]
    return True


def plant_lost_edit(planted: Planted) -> bool:
    errors = {event["call"] for event in planted.events if event["event"] == "end" and "error" in event}
    in_doubt = {planted.begins[call]["message_id"] for call in errors if planted.begins[call]["method"] == "edit"}
    created = {
        message["message_id"]: message["content"]
        for begin in planted.begins.values() if begin["method"] == "append" for message in begin["messages"]}
    for message in planted.final["messages"]:
        if message["message_id"] in planted.targets("edit") - in_doubt and message["content"] != created[message["message_id"]]:
            message["content"] = created[message["message_id"]]
            return True
    return False


def plant_undeleted(planted: Planted) -> bool:
    shown = {message["message_id"] for message in planted.final["messages"]}
    for call in planted.answers:
        begin = planted.begins[call]
        if begin["method"] != "delete" or begin["message_id"] in shown:
            continue
        result = next((result for message_id, result, _ in planted.fresh() if message_id == begin["message_id"]), None)
        if result is None:
            continue
        content = next(
            message["content"] for each in planted.begins.values() if each["method"] == "append"
            for message in each["messages"] if message["message_id"] == begin["message_id"])
        planted.final["messages"].append({
            "message_id": begin["message_id"], "seq": result["seq"], "revision": result["revision"],
            "reset_epoch": planted.final["state"]["reset_epoch"], "content": content})
        planted.final["messages"].sort(key=lambda message: message["seq"])
        return True
    return False


def plant_old_epoch(planted: Planted) -> bool:
    if planted.final["state"]["reset_epoch"] == 0 or not planted.final["messages"]:
        return False
    planted.chance.choice(planted.final["messages"])["reset_epoch"] -= 1
    return True


def _heard(planted: Planted) -> list[tuple[list[dict], dict]]:
    """New messages that a follower heard of and that are there, with the answer's changes."""
    shown = {message["message_id"] for message in planted.untouched()}
    return [
        (answer["changes"], change) for call, answer in planted.answers.items() if planted.begins[call]["method"] == "changes"
        for change in answer["changes"] if "message" in change and change["message"]["message_id"] in shown]


def plant_skipped(planted: Planted) -> bool:
    if not _heard(planted):
        return False
    changes, change = planted.chance.choice(_heard(planted))
    changes.remove(change)
    return True


def plant_out_of_order(planted: Planted) -> bool:
    for changes, change in _heard(planted):
        place = changes.index(change)
        if place + 1 < len(changes) and "message" in changes[place + 1]:
            changes[place], changes[place + 1] = changes[place + 1], changes[place]
            return True
    return False


FAULTS = {
    plant_lost: "LOST", plant_double: "DUPLICATE", plant_second_seq: "DUPLICATE", plant_swapped: "REORDERED", plant_invented: "PHANTOM",
    plant_altered: "PHANTOM", plant_refused: "PHANTOM", plant_gap: "GAP", plant_lost_revision: "REVISION", plant_same_revision: "REVISION",
    plant_lost_edit: "EDIT", plant_undeleted: "RESURRECTED", plant_old_epoch: "RESURRECTED", plant_skipped: "FOLLOWER",
    plant_out_of_order: "FOLLOWER",
}


@pytest.mark.parametrize("plant", FAULTS, ids=lambda plant: plant.__name__.removeprefix("plant_"))
def test_a_planted_fault_is_found_and_named(plant, seeds):
    planted_in = 0
    for seed in seeds:
        planted = Planted(seed)
        if plant(planted):
            planted_in += 1
            assert FAULTS[plant] in kinds(planted.events), f"seed {seed}"
    assert planted_in >= 2, "the histories have no room for this fault"


@pytest.mark.parametrize("lines", [
    ["nonsense"], ["{}"], ['{"event": "other"}'], ['{"event": "begin", "call": 1}'],
    ['{"event": "end", "call": 1, "at": 1, "answer": {}}'],
    ['{"event": "begin", "call": 1, "at": 0, "session": "s", "method": "append", "messages": [{}]}'],
    ['{"event": "begin", "call": 1, "at": 0, "session": "s", "method": "reset"}', '{"event": "end", "call": 1, "at": 1}'],
    ['{"event": "final", "session": "s", "state": {}, "messages": []}'],
], ids=range(8))
def test_what_is_no_log_is_an_error_of_its_own(lines):
    ended = run(lines)
    assert ended.returncode == 2 and "line" in ended.stderr and ended.stdout == ""
