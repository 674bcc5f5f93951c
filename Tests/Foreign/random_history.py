"""Random histories of calls on a session that is kept as it has to be, as the history checker reads them."""

import json
import random
import uuid


class RandomHistory:
    """Callers that overlap, answers that are lost, retries: what a right server may well answer."""

    def __init__(self, chance: random.Random, length: int = 120):
        self.chance = chance
        self.session = self._id()
        self.now, self.calls = 0.0, 0
        self.events: list[dict] = []
        self.last_seq = self.revision = self.epoch = 0
        self.first_seq = 1
        self.messages: dict[str, dict] = {}
        self.changed: list[tuple[int, str]] = []
        self.pending: list[dict] = []
        self.cursors = {"near": (0, 0), "far": (0, 0)}
        for _ in range(length):
            self._step()
        while self.pending:
            self._finish(self.pending.pop())
        for follower in self.cursors:
            self._follow(follower)
        self.events.append({
            "event": "final", "session": self.session,
            "state": {"last_seq": self.last_seq, "revision": self.revision, "reset_epoch": self.epoch},
            "messages": [self._shown(message) for message in self._visible()],
        })

    def lines(self) -> list[str]:
        return [json.dumps(event) for event in self.events]

    # The server

    def _visible(self) -> list[dict]:
        return sorted((each for each in self.messages.values() if each["seq"] >= self.first_seq and not each["deleted"]), key=lambda each: each["seq"])

    @staticmethod
    def _shown(message: dict) -> dict:
        return {name: message[name] for name in ("message_id", "seq", "revision", "reset_epoch", "content")}

    def _move(self) -> int:
        self.revision += 1
        return self.revision

    def _apply(self, call: dict) -> dict | str:
        """The answer, or why there is none."""
        method, request = call["method"], call["request"]
        if method == "append":
            results = []
            for message in request["messages"]:
                known = self.messages.get(message["message_id"])
                if known is None:
                    self.last_seq += 1
                    known = self.messages[message["message_id"]] = dict(
                        message, seq=self.last_seq, revision=self._move(), reset_epoch=self.epoch, deleted=False)
                    results.append({"seq": known["seq"], "revision": known["revision"], "duplicate": False})
                else:
                    results.append({"seq": known["seq"], "revision": known["revision"], "duplicate": True})
            return {"results": results}
        if method == "reset":
            if self.first_seq <= self.last_seq:
                self.epoch, self.first_seq = self.epoch + 1, self.last_seq + 1
                self._move()
            return {"revision": self.revision, "reset_epoch": self.epoch, "last_seq": self.last_seq}
        message = self.messages.get(request["message_id"])
        if message is None or message["seq"] < self.first_seq or (message["deleted"] and method == "edit"):
            return "NOT_FOUND"
        if method == "edit" and message["content"] != request["content"]:
            message.update(content=request["content"], revision=self._move())
        elif method == "delete" and not message["deleted"]:
            message.update(deleted=True, revision=self._move())
        return {"revision": message["revision"]}

    # The callers

    def _id(self) -> str:
        return str(uuid.UUID(int=self.chance.getrandbits(128), version=4))

    def _tick(self) -> float:
        self.now += self.chance.random()
        return round(self.now, 6)

    def _begin(self, method: str, **request) -> dict:
        self.calls += 1
        call = {"call": self.calls, "method": method, "request": request}
        self.events.append({"event": "begin", "call": self.calls, "at": self._tick(), "session": self.session, "method": method, **request})
        return call

    def _step(self) -> None:
        choice = self.chance.random()
        if self.pending and choice < 0.45:
            return self._finish(self.pending.pop(self.chance.randrange(len(self.pending))))
        visible = [message["message_id"] for message in self._visible()]
        if choice < 0.75 or not visible:
            count = self.chance.choice([1, 1, 1, 3])
            self.pending.append(self._begin("append", messages=[{"message_id": self._id(), "content": f"text {self.calls} {n}"} for n in range(count)]))
        elif choice < 0.83:
            self.pending.append(self._begin("edit", message_id=self.chance.choice(visible), content=f"edit {self.calls}"))
        elif choice < 0.88:
            self.pending.append(self._begin("delete", message_id=self.chance.choice(visible)))
        elif choice < 0.90:
            self.pending.append(self._begin("reset"))
        else:
            self._follow(self.chance.choice(list(self.cursors)))

    def _finish(self, call: dict) -> None:
        lot = self.chance.random()
        if lot < 0.06:
            # Nothing happened, and nobody knows.
            return self._end(call, "UNAVAILABLE")
        answer = self._apply(call)
        if lot < 0.12:
            # It happened, and nobody knows; appends are sent again, now or later.
            self._end(call, "UNAVAILABLE")
            if call["method"] == "append" and self.chance.random() < 0.7:
                self.pending.append(self._begin("append", **call["request"]))
            return
        self._end(call, answer)

    def _end(self, call: dict, answer: dict | str) -> None:
        self.events.append({"event": "end", "call": call["call"], "at": self._tick(), "error" if isinstance(answer, str) else "answer": answer})

    def _follow(self, follower: str) -> None:
        call = self._begin("changes", follower=follower)
        revision, epoch = self.cursors[follower]
        changes = []
        if epoch < self.epoch:
            changes.append({"revision": 0, "reset": {"reset_epoch": self.epoch}})
        for message in sorted(self.messages.values(), key=lambda each: each["revision"]):
            if message["revision"] > revision and message["seq"] >= self.first_seq:
                changes.append({"revision": message["revision"], "message": dict(self._shown(message), deleted=message["deleted"])})
        self.cursors[follower] = (self.revision, self.epoch)
        self._end(call, {"changes": changes, "has_more": False})
