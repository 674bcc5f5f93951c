"""grpc's interoperability tests by TLS, and servers that our client refuses."""

import contextlib
import socket
import ssl
import threading

import grpc
import pytest

import interop_cases
from certificates import Authority
from interop_programs import InteropServer, run_client
from interop_service import TestService, serving

CASES = ["empty_unary", "large_unary", "client_streaming", "server_streaming", "ping_pong", "cancel_after_first_response",
         "custom_metadata"]
each_case = pytest.mark.parametrize("case", CASES)


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def our_server(authority, tmp_path_factory):
    shown = authority.issue("server", "DNS:foo.test.example")
    server = InteropServer(
        tmp_path_factory.mktemp("interop") / "server.log", "--use_tls=true", f"--tls_cert_file={shown.chain}",
        f"--tls_key_file={shown.key}",
    ).launch()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def run(authority):
    def run(address, case, name="foo.test.example"):
        override = [f"--server_host_override={name}"] if name else []
        return run_client(
            address, case, "--use_tls=true", "--use_test_ca=true", f"--ca_file={authority.file}", *override
        )

    return run


@each_case
def test_our_client_with_our_server(our_server, run, case):
    result = run(our_server.address, case)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@each_case
def test_our_client_with_a_grpcio_server(authority, run, case):
    credentials = authority.server_credentials(authority.issue("grpcio"))
    with serving(TestService(), credentials) as address:
        result = run(address, case, name=None)
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")


@each_case
def test_a_grpcio_client_with_our_server(authority, our_server, case):
    options = [("grpc.ssl_target_name_override", "foo.test.example")]
    with grpc.secure_channel(our_server.address, authority.channel_credentials(), options) as channel:
        grpc.channel_ready_future(channel).result(interop_cases.TIMEOUT)
        interop_cases.run(case, channel)


@contextlib.contextmanager
def shaking_hands(context: ssl.SSLContext):
    """Takes one connection, shakes hands and waits for its end."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        def take():
            connection, _ = listener.accept()
            with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True) as secure:
                while secure.recv(4096):
                    pass

        thread = threading.Thread(target=take)
        thread.start()
        yield "127.0.0.1:%d" % listener.getsockname()[1]
        thread.join()


@pytest.mark.parametrize("alpn", [["http/1.1"], None])
def test_a_server_that_does_not_choose_http2_is_refused(authority, run, alpn):
    shown = authority.issue("old-fashioned")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(shown.chain, shown.key)
    if alpn:
        context.set_alpn_protocols(alpn)
    with shaking_hands(context) as address:
        result = run(address, "empty_unary", name=None)
    assert result.returncode == 1 and "does not speak HTTP/2 there (ALPN: " in result.stderr


@pytest.mark.parametrize("names, days, told", [
    ("DNS:elsewhere.example", 2, "is for other names"),
    ("IP:127.0.0.1", -1, "not valid (any more)"),
])
def test_a_server_whose_certificate_is_not_good_is_refused(authority, run, names, days, told):
    credentials = authority.server_credentials(authority.issue("bad", names, days))
    with serving(TestService(), credentials) as address:
        result = run(address, "empty_unary", name=None)
    assert result.returncode == 1 and told in result.stderr


def test_the_systems_authorities_do_not_know_the_tests_one(our_server):
    result = run_client(our_server.address, "empty_unary", "--use_tls=true")
    assert result.returncode == 1 and "unknown authority" in result.stderr


def test_tls_needs_its_files():
    assert run_client("127.0.0.1:1", "empty_unary", "--use_tls=true", "--use_test_ca=true").returncode not in (0, 1)
