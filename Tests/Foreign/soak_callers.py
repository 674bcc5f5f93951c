"""The callers of a soak: what they do, and how they write it down for the history checker."""

import json
import os
import queue
import random
import threading
import time
import uuid
from pathlib import Path

# Before gRPC is there: servers are started while it runs, and it is in none of them.
os.environ["GRPC_ENABLE_FORK_SUPPORT"] = "false"

import grpc
import httpx

from callers import Caller, create_request, item
from stubs import message_pb2, message_pb2_grpc, sync_pb2, sync_pb2_grpc

CALL_SECONDS = 10
RECONNECT = [("grpc.initial_reconnect_backoff_ms", 50), ("grpc.min_reconnect_backoff_ms", 50), ("grpc.max_reconnect_backoff_ms", 500)]
# What answers by REST mean, where the checker's log has the gRPC code.
CODES = {400: "INVALID_ARGUMENT", 404: "NOT_FOUND", 409: "FAILED_PRECONDITION", 413: "INVALID_ARGUMENT", 429: "RESOURCE_EXHAUSTED"}


class Log:
    """Calls and answers in the order in which they happened, as Tests/HistoryChecker/README.md has it."""

    def __init__(self, path: Path):
        self.path, self.calls, self.outcomes = path, 0, {}
        self._file, self._lock, self._began = open(path, "w"), threading.Lock(), time.monotonic()

    def begin(self, method: str, session: str, **request) -> int:
        with self._lock:
            self.calls += 1
            self._write(event="begin", call=self.calls, at=self._now(), session=session, method=method, **request)
            return self.calls

    def answer(self, call: int, answer: dict) -> None:
        with self._lock:
            self._count("OK")
            self._write(event="end", call=call, at=self._now(), answer=answer)

    def fail(self, call: int, code: str) -> None:
        with self._lock:
            self._count(code)
            self._write(event="end", call=call, at=self._now(), error=code)

    def final(self, session: str, state: dict, messages: list[dict]) -> None:
        with self._lock:
            self._write(event="final", session=session, state=state, messages=messages)

    def close(self) -> None:
        self._file.close()

    def _now(self) -> float:
        return round(time.monotonic() - self._began, 6)

    def _count(self, outcome: str) -> None:
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1

    def _write(self, **event) -> None:
        self._file.write(json.dumps(event) + "\n")


class World:
    """What the callers share."""

    def __init__(self, addresses: list[str], sessions: int, log: Log):
        self.addresses, self.log, self.over = addresses, log, threading.Event()
        self.sessions = [str(uuid.uuid4()) for _ in range(sessions)]
        self._lock, self._recent = threading.Lock(), {session: [] for session in self.sessions}

    def wrote(self, session: str, message_id: str) -> None:
        with self._lock:
            self._recent[session] = [*self._recent[session][-50:], message_id]

    def some_message(self, session: str, chance: random.Random) -> str | None:
        with self._lock:
            return chance.choice(self._recent[session]) if self._recent[session] else None


class Worker:
    """One caller, one call after the other, each time by any of the servers."""

    def __init__(self, world: World, chance: random.Random, number: int):
        self.world, self.chance, self.number, self.count = world, chance, number, 0
        self.channels = {address: grpc.insecure_channel(address, RECONNECT) for address in world.addresses}

    def run(self) -> None:
        while not self.world.over.is_set():
            self.step()
        self.end()

    def end(self) -> None:
        for channel in self.channels.values():
            channel.close()

    @property
    def channel(self) -> grpc.Channel:
        return self.channels[self.chance.choice(self.world.addresses)]

    def new_message(self) -> dict:
        self.count += 1
        return {"message_id": str(uuid.UUID(int=self.chance.getrandbits(128), version=4)), "content": f"{self.number}/{self.count} " + "x" * self.chance.randrange(300)}

    def attempt(self, method: str, session: str, call, answer, **request) -> str:
        """Makes a call and writes it down: OK, or the code of its failure."""
        number = self.world.log.begin(method, session, **request)
        try:
            response = call()
        except grpc.RpcError as error:
            self.world.log.fail(number, error.code().name)
            return error.code().name
        self.world.log.answer(number, answer(response))
        return "OK"


def results_of(results) -> dict:
    return {"results": [{"seq": each.seq, "revision": each.revision, "duplicate": each.duplicate} for each in results]}


def state_of(answer) -> dict:
    """Of a session, or of an answer that holds one."""
    session = getattr(answer, "session", answer)
    return {"revision": session.revision, "reset_epoch": session.reset_epoch, "last_seq": session.last_seq}


class UnaryWriter(Worker):
    """Appends, batches, edits, deletions, resets; what is in doubt is sent again."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.again: list[tuple[str, list[dict]]] = []

    def step(self) -> None:
        session, lot = self.chance.choice(self.world.sessions), self.chance.random()
        message = self.world.some_message(session, self.chance)
        if self.again:
            self.append(*self.again.pop(0))
        elif lot < 0.6 or message is None:
            self.append(session, [self.new_message()])
        elif lot < 0.7:
            self.append(session, [self.new_message() for _ in range(self.chance.randrange(2, 20))])
        elif lot < 0.85:
            self.edit(session, message)
        elif lot < 0.92:
            request = message_pb2.DeleteMessageRequest(session_id=session, message_id=message)
            stub = message_pb2_grpc.MessageServiceStub(self.channel)
            self.attempt(
                "delete", session, lambda: stub.DeleteMessage(request, timeout=CALL_SECONDS),
                lambda answer: {"revision": answer.revision}, message_id=message)
        elif lot < 0.93:
            self.attempt("reset", session, lambda: Caller(self.channel).reset(session), state_of)
        elif lot < 0.94:
            self.attempt("delete_session", session, lambda: Caller(self.channel).delete(session), state_of)
            restore(self, session)

    def append(self, session: str, messages: list[dict]) -> None:
        stub = message_pb2_grpc.MessageServiceStub(self.channel)
        if len(messages) == 1:
            request = create_request(session, messages[0]["content"], message_id=messages[0]["message_id"])
            outcome = self.attempt(
                "append", session, lambda: stub.CreateMessage(request, timeout=CALL_SECONDS), lambda answer: results_of([answer]),
                messages=messages)
        else:
            request = message_pb2.BatchCreateMessagesRequest(
                session_id=session, messages=[item(each["content"], message_id=each["message_id"]) for each in messages])
            outcome = self.attempt(
                "append", session, lambda: stub.BatchCreateMessages(request, timeout=CALL_SECONDS),
                lambda answer: results_of(answer.results), messages=messages)
        if outcome == "OK":
            for each in messages:
                self.world.wrote(session, each["message_id"])
        elif outcome in ("UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED", "UNKNOWN", "INTERNAL"):
            self.again.append((session, messages))
            time.sleep(0.02)

    def edit(self, session: str, message: str) -> None:
        self.count += 1
        content = f"edit {self.number}/{self.count}"
        request = message_pb2.UpdateMessageRequest(session_id=session, message_id=message, content=content)
        stub = message_pb2_grpc.MessageServiceStub(self.channel)
        self.attempt(
            "edit", session, lambda: stub.UpdateMessage(request, timeout=CALL_SECONDS), lambda answer: {"revision": answer.revision},
            message_id=message, content=content)


def restore(worker: Worker, session: str) -> None:
    """Until it is there again."""
    while worker.attempt("restore_session", session, lambda: Caller(worker.channel).restore(session), state_of) not in ("OK", "NOT_FOUND"):
        time.sleep(0.05)


class RESTWriter(Worker):
    """Appends by REST, and sends what is in doubt again."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.http = httpx.Client(timeout=CALL_SECONDS)
        self.again: tuple[str, dict] | None = None

    def step(self) -> None:
        session, message = self.again or (self.chance.choice(self.world.sessions), self.new_message())
        self.again = None
        number = self.world.log.begin("append", session, messages=[message])
        try:
            answer = self.http.post(
                f"http://{self.chance.choice(self.world.addresses)}/api/messages/{session}", json={"role": "user", **message})
        except httpx.HTTPError:
            self.world.log.fail(number, "UNAVAILABLE")
        else:
            if answer.status_code == 201:
                body = answer.json()
                return self.world.log.answer(number, {"results": [{name: body[name] for name in ("seq", "revision", "duplicate")}]})
            self.world.log.fail(number, CODES.get(answer.status_code, "UNAVAILABLE"))
            if answer.status_code in CODES:
                return
        self.again = (session, message)
        time.sleep(0.02)

    def end(self) -> None:
        super().end()
        self.http.close()


class StreamWriter(Worker):
    """IngestMessages: many on their way at once; those without an answer are sent again on the next stream, before anything else."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.again: list[tuple[str, dict]] = []
        self.streams = 0

    def step(self) -> None:
        self.streams += 1
        waiting: queue.SimpleQueue = queue.SimpleQueue()
        pending: dict[int, tuple[int, str, dict]] = {}
        sent = 0

        def requests():
            nonlocal sent
            todo = self.again + [(self.chance.choice(self.world.sessions), self.new_message()) for _ in range(100)]
            self.again = []
            for session, message in todo:
                sent += 1
                call = self.world.log.begin("append", session, messages=[message], stream=f"{self.number}/{self.streams}")
                pending[sent] = (call, session, message)
                yield message_pb2.IngestMessagesRequest(
                    message=create_request(session, message["content"], message_id=message["message_id"]))
                if self.chance.random() < 0.05:
                    waiting.get()

        stub = message_pb2_grpc.MessageServiceStub(self.channel)
        try:
            for answer in stub.IngestMessages(requests(), timeout=CALL_SECONDS):
                call, session, message = pending.pop(answer.number)
                if answer.WhichOneof("outcome") == "created":
                    self.world.log.answer(call, results_of([answer.created]))
                    self.world.wrote(session, message["message_id"])
                else:
                    code = grpc_name(answer.error.code)
                    self.world.log.fail(call, code)
                    if code == "UNAVAILABLE":
                        self.again.append((session, message))
                waiting.put(None)
        except grpc.RpcError as error:
            # The stream's own thread may still be adding to them; what it adds now stays without an end.
            for call, _, _ in list(pending.values()):
                self.world.log.fail(call, error.code().name)
            time.sleep(0.02)
        for _ in range(200):
            waiting.put(None)
        self.again += [(session, message) for _, session, message in list(pending.values())]


def grpc_name(number: int) -> str:
    return next(code.name for code in grpc.StatusCode if code.value[0] == number)


class Follower(Worker):
    """Follows every session by ListChanges, with cursors that it keeps whatever happens."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.cursors = {session: "" for session in self.world.sessions}

    def step(self) -> None:
        self.follow(self.chance.choice(self.world.sessions))

    def follow(self, session: str) -> bool:
        """Returns whether it has caught up."""
        request = sync_pb2.ListChangesRequest(session_id=session, cursor=self.cursors[session], limit=self.chance.choice([None, 3, 50]))
        answers = []

        def call():
            answers.append(sync_pb2_grpc.SyncServiceStub(self.channel).ListChanges(request, timeout=CALL_SECONDS))
            return answers[0]

        outcome = self.attempt(
            "changes", session, call, lambda answer: {"changes": [change_of(each) for each in answer.changes], "has_more": answer.has_more},
            follower=f"{self.number}")
        if outcome != "OK":
            time.sleep(0.02)
            return False
        self.cursors[session] = answers[0].next_cursor
        return not answers[0].has_more


def change_of(change) -> dict:
    kind = change.WhichOneof("kind")
    if kind == "message":
        return {"revision": change.revision, "message": dict(shown(change.message), deleted=change.message.HasField("deleted_at"))}
    if kind == "session":
        return {"revision": change.revision, "session": {"is_active": change.session.is_active}}
    return {"revision": change.revision, "reset": {"reset_epoch": change.reset.reset_epoch}}


def shown(message) -> dict:
    return {name: getattr(message, name) for name in ("message_id", "seq", "revision", "reset_epoch", "content")}


def finish(world: World, followers: list[Follower]) -> None:
    """When all is over: every session is read as a whole, and every follower catches up."""
    worker = Worker(world, random.Random(0), -1)
    for session in world.sessions:
        restore(worker, session)
    for follower in followers:
        last = Follower(world, random.Random(1), follower.number)
        last.cursors = follower.cursors
        for session in world.sessions:
            while not last.follow(session):
                pass
        last.end()
    caller = Caller(worker.channel)
    for session in world.sessions:
        messages, after = [], 0
        while True:
            page = caller.list(session, limit=500, after_seq=after)
            messages += [shown(message) for message in page.messages]
            if not page.has_more:
                break
            after = page.next_after_seq
        world.log.final(session, state_of(caller.session(session)), messages)
    worker.end()
