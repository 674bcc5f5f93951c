"""grpc's interoperability tests: our client and server with each other, and each with grpcio's other side."""

import threading

import grpc
import pytest

import interop_cases
import interop_compression
from compression_relay import CompressionRelay
from interop_programs import InteropServer, run_client
from interop_service import Contrary, TestService, serving
from interop_stubs import messages_pb2, test_pb2_grpc

# Two end before a server can say anything wrong; an empty success is what the others ask for.
HOLD_ANYWHERE = {"cancel_after_begin", "timeout_on_sleeping_server", "empty_unary", "empty_stream"}
ALL_CASES = [*interop_cases.CASES, *interop_compression.CASES]
each_case = pytest.mark.parametrize("case", interop_cases.CASES)
each_compression_case = pytest.mark.parametrize("case", interop_compression.CASES)


@pytest.fixture(scope="module")
def our_server(tmp_path_factory):
    server = InteropServer(tmp_path_factory.mktemp("interop") / "server.log").launch()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def channel(our_server):
    with grpc.insecure_channel(our_server.address) as channel:
        # The cases of calls that end early are about calls that have begun.
        grpc.channel_ready_future(channel).result(interop_cases.TIMEOUT)
        yield channel


@pytest.fixture(scope="module")
def grpcio_server():
    with serving(TestService()) as address:
        yield address


@pytest.fixture(scope="module")
def contrary_server():
    with serving(Contrary()) as address:
        yield address


@pytest.fixture
def relay():
    """Stands between a client and a server, and sees what is compressed."""
    relays = []

    def start(server: str) -> CompressionRelay:
        relays.append(CompressionRelay(server))
        return relays[-1]

    yield start
    for each in relays:
        each.close()


def holds(address: str, case: str) -> None:
    result = run_client(address, case)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@pytest.mark.parametrize("case", ALL_CASES)
def test_our_client_with_our_server(our_server, case):
    holds(our_server.address, case)


@each_case
def test_our_client_with_a_grpcio_server(grpcio_server, case):
    holds(grpcio_server, case)


@each_case
def test_a_grpcio_client_with_our_server(channel, case):
    interop_cases.run(case, channel)


@each_compression_case
def test_our_client_compresses_with_a_grpcio_server(relay, case):
    service = TestService()
    with serving(service) as address:
        between = relay(address)
        service.compressed_requests = between.requests
        holds(between.address, case)


@each_compression_case
def test_a_grpcio_client_compresses_with_our_server(relay, our_server, case):
    interop_compression.run(case, relay(our_server.address))


@pytest.mark.parametrize("case", [case for case in ALL_CASES if case not in HOLD_ANYWHERE])
def test_our_client_tells_a_server_that_is_wrong(contrary_server, case):
    result = run_client(contrary_server, case)
    assert result.returncode == 1
    assert result.stderr.startswith(f"chatrpc-interop-client: {case}: ")


def test_our_client_fails_where_there_is_no_server():
    with serving(Contrary()) as address:
        pass
    result = run_client(address, "empty_unary")
    assert result.returncode == 1 and "UNAVAILABLE" in result.stderr


@pytest.mark.parametrize("arguments", [["--use_tls=maybe"], ["--test_case=no_such_case"], ["--unknown"]])
def test_our_client_refuses_arguments_that_it_does_not_know(arguments):
    result = run_client("127.0.0.1:1", "empty_unary", *arguments)
    assert result.returncode not in (0, 1) and result.stderr
