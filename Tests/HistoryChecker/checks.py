"""What must hold of one session, each a function that yields violations."""

from collections.abc import Iterator
from dataclasses import dataclass

from history import Call, Item, SessionHistory


@dataclass(frozen=True)
class Violation:
    kind: str
    session: str
    text: str

    def __str__(self) -> str:
        return f"{self.kind}: session {self.session}: {self.text}"


def check(history: SessionHistory) -> list[Violation]:
    found = []
    for kind, rule in RULES:
        found += [Violation(kind, history.session, text) for text in rule(history)]
    return found


def lost(history: SessionHistory) -> Iterator[str]:
    """An acknowledged message is there at the end, unless something may have taken it away."""
    if history.final is None:
        return
    visible = {message["message_id"] for message in history.visible}
    for message_id, items in history.by_id.items():
        acknowledged = next((item for item in items if item.result), None)
        if acknowledged is None or message_id in visible or may_be_gone(history, message_id, acknowledged.result["seq"]):
            continue
        yield f"message {message_id} was acknowledged as {acknowledged.result['seq']} by call {acknowledged.call.number} and is not there"


def may_be_gone(history: SessionHistory, message_id: str, seq: int) -> bool:
    if any(call.may_have_happened for call in history.calls_of("delete", message_id)):
        return True
    known = {call.answer["reset_epoch"] for call in history.of("reset") if call.is_done}
    if any(call.is_done and call.answer["last_seq"] >= seq for call in history.of("reset")):
        return True
    # A reset whose answer never came, and which shows in the epoch, may have been anywhere behind its beginning.
    return history.final["state"]["reset_epoch"] > len(known) and any(call.is_in_doubt for call in history.of("reset"))


def duplicated(history: SessionHistory) -> Iterator[str]:
    """One id is one message with one seq, which is new once."""
    for message_id, items in history.by_id.items():
        told = {item.result["seq"]: item.call.number for item in items if item.result}
        if len(told) > 1:
            yield f"message {message_id} was acknowledged with several seqs: " + ", ".join(f"{seq} by call {call}" for seq, call in told.items())
        new = [item.call.number for item in items if item.result and not item.result["duplicate"]]
        if len(new) > 1:
            yield f"message {message_id} was new more than once, by calls {new}"
    seen: dict[str, int] = {}
    for message in history.visible:
        if message["message_id"] in seen:
            yield f"message {message['message_id']} is there twice, as {seen[message['message_id']]} and {message['seq']}"
        elif (told := history.seqs[message["message_id"]]) != message["seq"]:
            yield f"message {message['message_id']} was acknowledged as {told} and is there as {message['seq']}"
        seen[message["message_id"]] = message["seq"]
    of_seq: dict[int, str] = {}
    for message_id, seq in history.seqs.items():
        if of_seq.setdefault(seq, message_id) != message_id:
            yield f"messages {of_seq[seq]} and {message_id} have the same seq {seq}"


def reordered(history: SessionHistory) -> Iterator[str]:
    """What was acknowledged before something else began comes before it; so do the messages of a batch, and those of a stream."""
    fresh = [item for item in history.items if item.result and not item.result["duplicate"]]
    yield from _in_time(
        [(item.call, item.result["seq"], f"message {item.message_id}") for item in fresh], "seq")
    before: Item | None = None
    streams: dict[str, Item] = {}
    for item in fresh:
        if before is not None and before.call is item.call and item.result["seq"] != before.result["seq"] + (item.place - before.place):
            yield f"messages {before.place} and {item.place} of call {item.call.number} have the seqs {before.result['seq']} and {item.result['seq']}"
        before = item
        stream = item.call.request.get("stream")
        if stream is not None:
            last = streams.get(stream)
            if last is not None and last.result["seq"] >= item.result["seq"]:
                yield f"stream {stream}: call {last.call.number} got {last.result['seq']}, and call {item.call.number} behind it {item.result['seq']}"
            streams[stream] = item
    seqs = [message["seq"] for message in history.visible]
    if seqs != sorted(seqs):
        yield "the messages are not listed by seq"


def _in_time(points: list[tuple[Call, int, str]], name: str, may_be_equal: bool = False) -> Iterator[str]:
    """Of two calls of which one ended before the other began, the later one has the greater number."""
    highest: tuple[int, str, int] = (-1, "", 0)
    ended = sorted(points, key=lambda point: point[0].ended)
    place = 0
    for call, number, what in sorted(points, key=lambda point: point[0].began):
        while place < len(ended) and ended[place][0].ended < call.began:
            earlier, its_number, its_what = ended[place]
            highest = max(highest, (its_number, its_what, earlier.number))
            place += 1
        if highest[0] > number or (highest[0] == number and not may_be_equal):
            yield f"{highest[1]} got {name} {highest[0]} by call {highest[2]}, which ended before call {call.number} began, by which {what} got {number}"


def invented(history: SessionHistory) -> Iterator[str]:
    """What is there was sent, by a call that can have written it."""
    for message in history.visible:
        items = history.by_id.get(message["message_id"])
        if items is None:
            yield f"message {message['message_id']} at {message['seq']} was never sent"
        elif not any(item.call.may_have_happened for item in items):
            yield f"message {message['message_id']} is there, and every call that sent it was refused ({[item.call.number for item in items]})"
        else:
            texts = {item.content for item in items if item.call.may_have_happened}
            texts |= {call.request["content"] for call in history.calls_of("edit", message["message_id"]) if call.may_have_happened}
            if message["content"] not in texts:
                yield f"message {message['message_id']} at {message['seq']} has a content that nobody wrote: {message['content'][:60]!r}"


def gaps(history: SessionHistory) -> Iterator[str]:
    """Seqs are 1, 2, 3 …: each belongs to a message that is known, or to one of those whose calls were in doubt."""
    if history.final is None:
        return
    last = history.final["state"]["last_seq"]
    known = set(history.seqs.values())
    if known and max(known) > last:
        yield f"seq {max(known)} was given out, and the last one is {last}"
    if 0 in known or any(seq < 1 for seq in known):
        yield "a seq is below 1"
    missing = sorted(set(range(1, last + 1)) - known)
    in_doubt = {item.message_id for item in history.items if item.call.is_in_doubt} - set(history.seqs)
    if len(missing) > len(in_doubt):
        yield f"seqs {missing[:10]} belong to no message ({len(missing)} of them, and {len(in_doubt)} messages in doubt)"
        return
    # One that is missing in the part that is shown was deleted or is a gap.
    shown = [message["seq"] for message in history.visible]
    deletable = {call.request["message_id"] for call in history.of("delete") if call.may_have_happened}
    if shown and not history.of("reset"):
        unexplained = [seq for seq in missing if seq not in shown and not (in_doubt & deletable)]
        if unexplained:
            yield f"seqs {unexplained[:10]} are not shown, and no message that may have had them was deleted"


def revisions(history: SessionHistory) -> Iterator[str]:
    """Each change moves the session's revision by one: no two have the same, later ones a higher one, and there are no others."""
    changes: dict[int, tuple[str, Call]] = {}
    points: list[tuple[Call, int, str]] = []
    for call, revision, what in _changes(history):
        # A call on the session that changed nothing tells the revision of whatever changed last.
        if what == "the session" and revision in changes:
            points.append((call, revision, what))
            continue
        known = changes.setdefault(revision, (what, call))
        if known[0] != what:
            yield f"{known[0]} by call {known[1].number} and {what} by call {call.number} have the same revision {revision}"
        if known[1] is call and not _tells_of_the_past(history, call):
            points.append((call, revision, what))
    yield from _in_time(points, "revision", may_be_equal=True)
    if history.final is None:
        return
    total = history.final["state"]["revision"]
    if changes and max(changes) > total:
        yield f"revision {max(changes)} was told, and the session is at {total}"
    created = {what for _, _, what in _creations(history)}
    doubts = len({f"message {item.message_id}" for item in history.items if item.call.is_in_doubt or item.result} - created)
    doubts += sum(call.is_in_doubt for call in history.calls if call.method not in ("append", "changes"))
    if not len(changes) <= total <= len(changes) + doubts:
        yield f"{len(changes)} changes are known and {doubts} are in doubt, and the session is at revision {total}"


def _tells_of_the_past(history: SessionHistory, call: Call) -> bool:
    """Whether what it tells may have happened in an earlier attempt, whose answer was lost."""
    if call.method == "append":
        return any(result["duplicate"] for result in call.answer["results"])
    target = call.request.get("message_id")
    return target is not None and any(
        other.is_in_doubt for other in history.calls_of("edit", target) + history.calls_of("delete", target))


def _changes(history: SessionHistory) -> Iterator[tuple[Call, int, str]]:
    yield from _creations(history)
    for call in sorted((each for each in history.of("edit", "delete") if each.is_done), key=lambda each: each.ended):
        yield call, call.answer["revision"], f"message {call.request['message_id']}"
    for call in history.of("reset", "delete_session", "restore_session"):
        if call.is_done:
            yield call, call.answer["revision"], "the session"


def _creations(history: SessionHistory) -> Iterator[tuple[Call, int, str]]:
    """Of the messages whose first revision was told."""
    for item in history.items:
        if item.result and not item.result["duplicate"]:
            yield item.call, item.result["revision"], f"message {item.message_id}"
    known = {revision for revision in (item.result["revision"] for item in history.items if item.result and not item.result["duplicate"])}
    # A duplicate that is the first to be told of tells of the attempt in doubt before it, unless something has changed the message since.
    for message_id, items in history.by_id.items():
        answered = [item for item in items if item.result]
        if answered and all(item.result["duplicate"] for item in answered) and not history.calls_of("edit", message_id):
            first = min(answered, key=lambda item: item.call.ended)
            if not history.calls_of("delete", message_id) and first.result["revision"] not in known:
                yield first.call, first.result["revision"], f"message {message_id}"


def edits(history: SessionHistory) -> Iterator[str]:
    """A message has the content of its last edit."""
    for message in history.visible:
        calls = history.calls_of("edit", message["message_id"])
        if not calls or any(call.is_in_doubt for call in calls):
            continue
        done = [call for call in calls if call.is_done]
        last = max(done, key=lambda call: call.answer["revision"], default=None)
        if last is not None and message["content"] != last.request["content"]:
            yield f"message {message['message_id']} was last edited by call {last.number}, and has another content: {message['content'][:60]!r}"


def resurrected(history: SessionHistory) -> Iterator[str]:
    """What was deleted or reset does not come back."""
    for message in history.visible:
        deletion = next((call for call in history.calls_of("delete", message["message_id"]) if call.is_done), None)
        if deletion:
            yield f"message {message['message_id']} was deleted by call {deletion.number} and is there"
        reset = next((call for call in history.of("reset") if call.is_done and call.answer["last_seq"] >= message["seq"]), None)
        if reset:
            yield f"message {message['message_id']} at {message['seq']} was reset by call {reset.number}, at {reset.answer['last_seq']}, and is there"
        epoch = history.final["state"]["reset_epoch"]
        if message["reset_epoch"] != epoch:
            yield f"message {message['message_id']} is of epoch {message['reset_epoch']}, and the session is in epoch {epoch}"


def followers(history: SessionHistory) -> Iterator[str]:
    """Whoever follows the changes hears of each, in order, and ends with what is there."""
    by_name: dict[str, list[Call]] = {}
    for call in history.of("changes"):
        by_name.setdefault(call.request["follower"], []).append(call)
    for name, calls in by_name.items():
        yield from _follow(history, name, [call for call in calls if call.is_done])


def _follow(history: SessionHistory, name: str, calls: list[Call]) -> Iterator[str]:
    # A deleted session shows itself and not its messages, which come when it has been restored: each has its own order.
    revisions, epoch, caught_up, is_active = {"message": 0, "session": -1}, 0, False, True
    live: dict[str, dict] = {}
    deleted: set[str] = set()
    seqs: set[int] = set()
    for call in calls:
        for change in call.answer["changes"]:
            if "reset" in change:
                if change["reset"]["reset_epoch"] <= epoch:
                    yield f"follower {name}: call {call.number} tells of epoch {change['reset']['reset_epoch']} behind {epoch}"
                epoch, live, seqs = change["reset"]["reset_epoch"], {}, set()
                continue
            kind = "message" if "message" in change else "session"
            if change["revision"] <= revisions[kind]:
                yield f"follower {name}: call {call.number} tells of revision {change['revision']} of a {kind} behind {revisions[kind]}"
            revisions[kind] = max(revisions[kind], change["revision"])
            if kind == "session":
                is_active = change["session"]["is_active"]
                continue
            message = change["message"]
            seqs.add(message["seq"])
            if message["deleted"]:
                deleted.add(message["message_id"])
                live.pop(message["message_id"], None)
            elif message["message_id"] in deleted:
                yield f"follower {name}: call {call.number} brings back the deleted message {message['message_id']}"
            else:
                live[message["message_id"]] = message
        caught_up = not call.answer["has_more"] and is_active
        if caught_up and seqs and len(seqs) != max(seqs) - min(seqs) + 1:
            skipped = sorted(set(range(min(seqs), max(seqs))) - seqs)
            yield f"follower {name}: by call {call.number} it had heard of {max(seqs)}, and not of {skipped[:10]}"
    if caught_up and history.final and calls[-1].began > max((call.ended or call.began for call in history.calls if call.method != "changes"), default=0):
        there = {message["message_id"]: (message["seq"], message["content"]) for message in history.visible}
        heard = {key: (message["seq"], message["content"]) for key, message in live.items()}
        for key in sorted(there.keys() | heard.keys()):
            if there.get(key) != heard.get(key):
                yield f"follower {name}: of message {key} it heard {heard.get(key)}, and there is {there.get(key)}"


RULES = [
    ("LOST", lost), ("DUPLICATE", duplicated), ("REORDERED", reordered), ("PHANTOM", invented), ("GAP", gaps),
    ("REVISION", revisions), ("EDIT", edits), ("RESURRECTED", resurrected), ("FOLLOWER", followers),
]
