"""Short forms of the contract's calls by gRPC, and of what a failed call says."""

import uuid
from dataclasses import dataclass, field

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from stubs import message_pb2, message_pb2_grpc, session_pb2, session_pb2_grpc

USER = message_pb2.ROLE_USER
ASSISTANT = message_pb2.ROLE_ASSISTANT
SYSTEM = message_pb2.ROLE_SYSTEM
DOCUMENTED_REASON = r"[A-Z][A-Z0-9_]*[A-Z0-9]"


def new_id() -> str:
    return str(uuid.uuid4())


@dataclass
class Failure:
    """How a call failed: its status and what its details hold."""

    code: grpc.StatusCode
    message: str
    reason: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    fields: list[str] = field(default_factory=list)
    retry_seconds: float | None = None


def failure_of(error: grpc.RpcError) -> Failure:
    failure = Failure(error.code(), error.details())
    status = rpc_status.from_call(error)
    if status is None:
        return failure
    assert status.code == failure.code.value[0], "the details tell another code"
    assert status.message == failure.message, "the details tell another message"
    for detail in status.details:
        if detail.Is(error_details_pb2.ErrorInfo.DESCRIPTOR):
            info = error_details_pb2.ErrorInfo.FromString(detail.value)
            assert info.domain, "an ErrorInfo without a domain"
            failure.reason, failure.metadata = info.reason, dict(info.metadata)
        elif detail.Is(error_details_pb2.BadRequest.DESCRIPTOR):
            request = error_details_pb2.BadRequest.FromString(detail.value)
            assert all(violation.description for violation in request.field_violations)
            failure.fields = [violation.field for violation in request.field_violations]
        elif detail.Is(error_details_pb2.RetryInfo.DESCRIPTOR):
            delay = error_details_pb2.RetryInfo.FromString(detail.value).retry_delay
            failure.retry_seconds = delay.seconds + delay.nanos / 1e9
    return failure


def fail(call, *arguments, **options) -> Failure:
    """Makes a call that has to fail."""
    with pytest.raises(grpc.RpcError) as raised:
        call(*arguments, **options)
    return failure_of(raised.value)


class Caller:
    """A stock gRPC client of one server."""

    def __init__(self, channel: grpc.Channel):
        self.messages = message_pb2_grpc.MessageServiceStub(channel)
        self.sessions = session_pb2_grpc.SessionServiceStub(channel)

    def create(self, session_id: str, content: str = "hello", role=USER, **members):
        return self.messages.CreateMessage(create_request(session_id, content, role, **members))

    def batch(self, session_id: str, *items):
        return self.messages.BatchCreateMessages(batch_request(session_id, *items))

    def list(self, session_id: str, **members):
        return self.messages.ListMessages(message_pb2.ListMessagesRequest(session_id=session_id, **members))

    def get(self, session_id: str, message_id: str):
        return self.messages.GetMessage(
            message_pb2.GetMessageRequest(session_id=session_id, message_id=message_id)
        )

    def create_session(self, **members):
        return self.sessions.CreateSession(session_pb2.CreateSessionRequest(**members))

    def session(self, session_id: str):
        return self.sessions.GetSession(session_pb2.GetSessionRequest(session_id=session_id))

    def list_sessions(self, **members):
        return self.sessions.ListSessions(session_pb2.ListSessionsRequest(**members))

    def rename(self, session_id: str, **members):
        return self.sessions.RenameSession(session_pb2.RenameSessionRequest(session_id=session_id, **members))

    def delete(self, session_id: str):
        return self.sessions.DeleteSession(session_pb2.DeleteSessionRequest(session_id=session_id))

    def restore(self, session_id: str):
        return self.sessions.RestoreSession(session_pb2.RestoreSessionRequest(session_id=session_id))

    def reset(self, session_id: str):
        return self.sessions.ResetSession(session_pb2.ResetSessionRequest(session_id=session_id))

    def state(self, session_id: str):
        """All that a caller can see of a session, to tell whether a refused call changed anything."""
        return self.session(session_id), self.list(session_id)


def create_request(session_id: str, content: str = "hello", role=USER, **members):
    return message_pb2.CreateMessageRequest(session_id=session_id, content=content, role=role, **members)


def item(content: str = "hello", role=USER, **members):
    return message_pb2.NewMessage(content=content, role=role, **members)


def batch_request(session_id: str, *items):
    return message_pb2.BatchCreateMessagesRequest(session_id=session_id, messages=items)
