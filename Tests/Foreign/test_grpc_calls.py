"""What any gRPC call has: deadlines, cancellation, metadata, health; by the blocking and by the asyncio client."""

import asyncio

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc

from callers import USER, Caller, create_request, fail, new_id
from raw_http2 import RawHTTP2
from stubs import message_pb2, message_pb2_grpc

SERVING = health_pb2.HealthCheckResponse.SERVING


@pytest.mark.parametrize("service", ["", "chatrpc.v1.MessageService", "chatrpc.v1.SessionService"])
def test_health_of_the_server_and_of_its_services_is_serving(channel, service):
    stub = health_pb2_grpc.HealthStub(channel)
    assert stub.Check(health_pb2.HealthCheckRequest(service=service)).status == SERVING


def test_health_of_an_unknown_service_is_not_found(channel):
    stub = health_pb2_grpc.HealthStub(channel)
    assert fail(stub.Check, health_pb2.HealthCheckRequest(service="nothing")).code == grpc.StatusCode.NOT_FOUND


def test_a_deadline_that_has_passed_ends_the_call_and_not_the_connection(caller):
    session = new_id()
    failure = fail(caller.messages.CreateMessage, create_request(session), timeout=-1)
    assert failure.code == grpc.StatusCode.DEADLINE_EXCEEDED
    assert caller.messages.CreateMessage(create_request(session), timeout=30).seq >= 1


def test_the_server_itself_keeps_the_deadline(server):
    with RawHTTP2(server.address) as connection:
        answer = connection.grpc_call(
            "/chatrpc.v1.MessageService/CreateMessage", create_request(new_id()).SerializeToString(),
            ("grpc-timeout", "1n"),
        )
    assert answer.header("grpc-status") == "4"


@pytest.mark.parametrize("timeout", ["", "5", "x", "1X", "-1S", "123456789S", "1.5S"])
def test_a_malformed_deadline_is_an_error_of_this_call_alone(server, timeout):
    with RawHTTP2(server.address) as connection:
        request = create_request(new_id()).SerializeToString()
        path = "/chatrpc.v1.MessageService/CreateMessage"
        assert connection.grpc_call(path, request, ("grpc-timeout", timeout)).header("grpc-status") in ("3", "13")
        assert connection.grpc_call(path, request, ("grpc-timeout", "99999999S")).header("grpc-status") == "0"


@pytest.mark.parametrize("content_type", ["text/plain", "application/grpcx", "application/grpc-webby"])
def test_a_content_type_that_is_not_grpc_is_no_grpc_call(server, content_type):
    with RawHTTP2(server.address) as connection:
        answer = connection.request(
            "POST", "/chatrpc.v1.MessageService/CreateMessage", b"\0\0\0\0\0", ("content-type", content_type)
        )
    assert answer.status in (404, 405, 415)


@pytest.mark.parametrize("framed", [b"\0\xff\xff\xff\xff", b"\0\0\0\0\5ab", b"\0\0", b"\2\0\0\0\0", b""])
def test_broken_message_framing_is_an_error_and_the_connection_goes_on(server, framed):
    with RawHTTP2(server.address) as connection:
        path = "/chatrpc.v1.MessageService/CreateMessage"
        headers = [("content-type", "application/grpc"), ("te", "trailers")]
        answer = connection.request("POST", path, framed, *headers)
        assert answer.header("grpc-status") not in (None, "0")
        good = connection.grpc_call(path, create_request(new_id()).SerializeToString())
        assert good.header("grpc-status") == "0"


def test_a_success_is_framed_as_grpc_says(server):
    session = new_id()
    with RawHTTP2(server.address) as connection:
        answer = connection.grpc_call(
            "/chatrpc.v1.MessageService/CreateMessage", create_request(session).SerializeToString()
        )
    assert answer.status == 200 and answer.header("content-type").startswith("application/grpc")
    assert answer.trailers["grpc-status"] == "0"
    assert answer.body[0] == 0 and int.from_bytes(answer.body[1:5], "big") == len(answer.body) - 5
    assert message_pb2.CreateMessageResponse.FromString(answer.body[5:]).seq == 1


def test_an_error_is_trailers_only_with_an_encoded_message(server):
    with RawHTTP2(server.address) as connection:
        answer = connection.grpc_call("/chatrpc.v1.MessageService/CreateMessage", b"")
    assert (answer.status, answer.header("grpc-status"), answer.body) == (200, "3", b"")
    assert answer.header("grpc-message").isascii() and answer.header("grpc-status-details-bin")


def test_a_cancelled_call_can_be_made_again(caller):
    session, message = new_id(), new_id()
    for _ in range(20):
        call = caller.messages.CreateMessage.future(create_request(session, message_id=message))
        call.cancel()
        assert call.cancelled() or call.code() == grpc.StatusCode.OK
    assert caller.create(session, message_id=message).seq == 1
    assert caller.list(session).total_count == 1


def test_metadata_beside_a_call_is_accepted(caller):
    metadata = [("x-trace", "abc"), ("x-bytes-bin", bytes(range(256)))] + [(f"x-{n}", "v") for n in range(50)]
    assert caller.messages.CreateMessage(create_request(new_id()), metadata=metadata).seq == 1


def test_too_much_metadata_fails_the_call_and_not_the_server(server, caller):
    with grpc.insecure_channel(server.address, [("grpc.use_local_subchannel_pool", 1)]) as channel:
        other = Caller(channel)
        fail(other.messages.CreateMessage, create_request(new_id()), metadata=[("x-large", "v" * (32 << 10))])
        assert other.create(new_id()).seq == 1
    assert caller.create(new_id()).seq == 1


def test_asyncio_callers_at_once_get_dense_seqs_in_their_own_order(server):
    sessions = [new_id() for _ in range(4)]

    async def write(stub, session, writer):
        seqs = []
        for number in range(20):
            request = create_request(session, f"{writer}/{number}", USER, message_id=new_id())
            seqs.append((await stub.CreateMessage(request)).seq)
        return seqs

    async def all_writers():
        async with grpc.aio.insecure_channel(server.address) as channel:
            stub = message_pb2_grpc.MessageServiceStub(channel)
            writers = [write(stub, session, writer) for session in sessions for writer in range(8)]
            answers = await asyncio.gather(*writers)
            pages = [
                await stub.ListMessages(message_pb2.ListMessagesRequest(session_id=session, limit=500))
                for session in sessions
            ]
        return answers, pages

    answers, pages = asyncio.run(all_writers())
    assert all(seqs == sorted(seqs) for seqs in answers)
    for number, page in enumerate(pages):
        acknowledged = sorted(seq for seqs in answers[number * 8:number * 8 + 8] for seq in seqs)
        assert acknowledged == [each.seq for each in page.messages] == list(range(1, 161))
        for writer in range(8):
            written = [each.content for each in page.messages if each.content.startswith(f"{writer}/")]
            assert written == [f"{writer}/{step}" for step in range(20)]
