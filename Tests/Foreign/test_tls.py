"""TLS: foreign clients of both protocols, mutual TLS, reload, and what is refused. Nothing of it depends on the store."""

import signal
import socket
import ssl
import subprocess
import time

import grpc
import httpx
import pytest

from callers import Caller, create_request, fail, new_id
from certificates import Authority
from servers import BINARY, Server
from stores import new_database


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def serve(authority, tmp_path):
    """Starts servers with certificates of the test's own; they are ended after it."""
    started = []

    def start(*arguments, shown=None) -> Server:
        certificate = authority.issue(f"server-{new_id()}")
        server = Server(
            tmp_path / f"server-{len(started)}.log", "--database", new_database("sqlite", tmp_path),
            "--tls-cert", str(certificate.chain), "--tls-key", str(certificate.key), *map(str, arguments),
            trust=authority.context(shown),
        )
        server.certificate = certificate
        started.append(server)
        server.start()
        assert server.url.startswith("https://")
        return server

    yield start
    for server in started:
        if server.process.poll() is None:
            server.stop()


def connect(server, context: ssl.SSLContext) -> ssl.SSLSocket:
    host, _, port = server.address.rpartition(":")
    return context.wrap_socket(socket.create_connection((host, int(port)), timeout=30), server_hostname="127.0.0.1")


def create(server, credentials):
    with grpc.secure_channel(server.address, credentials) as channel:
        return Caller(channel).create(new_id())


def test_grpc_and_both_versions_of_http_by_alpn(serve, authority):
    server = serve()
    assert create(server, authority.channel_credentials()).seq == 1
    for second, version in [(False, "HTTP/1.1"), (True, "HTTP/2")]:
        with httpx.Client(base_url=server.url, http2=second, verify=authority.context()) as client:
            answer = client.post(f"/api/messages/{new_id()}", json={"role": "user", "content": "x" * 200_000})
            assert (answer.status_code, answer.http_version) == (201, version)


@pytest.mark.parametrize("offered, chosen", [(["h2", "http/1.1"], "h2"), (["http/1.1", "h2"], "h2"),
                                             (["http/1.1"], "http/1.1"), (["unknown"], None), (None, None)])
def test_the_server_prefers_http2_of_what_is_offered(serve, authority, offered, chosen):
    with connect(serve(), authority.context(alpn=offered)) as connection:
        assert connection.selected_alpn_protocol() == chosen
        if chosen != "h2":
            connection.sendall(b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            assert connection.makefile("rb").read().startswith(b"HTTP/1.1 200")
        else:
            # Its settings come without being asked for.
            assert connection.recv(9)[3:4] == b"\x04"


def test_http2_without_alpn_is_known_by_its_preface(serve, authority):
    with connect(serve(), authority.context()) as connection:
        connection.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0]))
        assert connection.recv(9)[3:4] == b"\x04"


@pytest.mark.parametrize("version, works", [("-tls1_1", False), ("-tls1_2", True), ("-tls1_3", True)])
def test_versions_before_1_2_are_refused(serve, authority, version, works):
    ended = subprocess.run(
        ["openssl", "s_client", "-connect", serve().address, version, "-cipher", "DEFAULT:@SECLEVEL=0",
         "-CAfile", authority.file, "-verify_return_error"],
        stdin=subprocess.DEVNULL, capture_output=True, timeout=30,
    )
    assert (ended.returncode == 0) == works


def test_ciphers_that_http2_forbids_are_refused(serve, authority):
    context = authority.context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("ECDHE-ECDSA-AES128-SHA:AES128-GCM-SHA256")
    with pytest.raises(ssl.SSLError):
        connect(serve(), context)


def test_plaintext_on_the_port_ends_that_connection_alone(serve, authority):
    server = serve()
    host, _, port = server.address.rpartition(":")
    for said in (b"GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x16\x03\x01\x00\x05x"):
        with socket.create_connection((host, int(port)), timeout=30) as connection:
            connection.sendall(said)
            connection.shutdown(socket.SHUT_WR)
            while connection.recv(4096):
                pass
    assert create(server, authority.channel_credentials()).seq == 1


def test_clients_show_certificates_where_they_have_to(serve, authority, tmp_path):
    shown = authority.issue("client", "URI:spiffe://example.org/client")
    server = serve("--tls-client-ca", authority.file, shown=shown)
    assert create(server, authority.channel_credentials(shown)).seq == 1
    strangers = Authority(tmp_path, "strangers")
    foreign = strangers.issue("foreign")
    expired = authority.issue("expired", days=-1)
    for other in (None, foreign, expired):
        with grpc.secure_channel(server.address, authority.channel_credentials(other)) as channel:
            failure = fail(Caller(channel).messages.CreateMessage, create_request(new_id()))
            assert failure.code == grpc.StatusCode.UNAVAILABLE
        with pytest.raises(httpx.TransportError):
            httpx.get(server.url + "/healthz", verify=authority.context(other))
    assert httpx.get(server.url + "/healthz", verify=authority.context(shown)).status_code == 200


def test_clients_may_show_certificates_where_these_are_optional(serve, authority, tmp_path):
    server = serve("--tls-client-ca", authority.file, "--tls-client-certificates", "optional")
    shown = authority.issue("guest")
    for certificate in (None, shown):
        assert create(server, authority.channel_credentials(certificate)).seq == 1
    foreign = Authority(tmp_path, "strangers").issue("foreign")
    with pytest.raises(httpx.TransportError):
        httpx.get(server.url + "/healthz", verify=authority.context(foreign))


def test_a_signal_ends_it_beside_connections_that_are_open(serve, authority):
    server = serve()
    host, _, port = server.address.rpartition(":")
    with grpc.secure_channel(server.address, authority.channel_credentials()) as channel, \
            connect(server, authority.context(alpn=["h2"])), connect(server, authority.context(alpn=["http/1.1"])), \
            connect(server, authority.context()), socket.create_connection((host, int(port))) as halting:
        halting.sendall(b"\x16\x03\x01\x02\x00\x01")
        Caller(channel).create(new_id())
        server.stop()


def test_a_session_is_resumed_by_a_client_that_has_shown_its_certificate(serve, authority):
    shown = authority.issue("returning")
    server = serve("--tls-client-ca", authority.file, shown=shown)
    context = authority.context(shown)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    host, _, port = server.address.rpartition(":")
    session = None
    for resumed in (False, True):
        plain = socket.create_connection((host, int(port)), timeout=30)
        with context.wrap_socket(plain, server_hostname="127.0.0.1", session=session) as connection:
            connection.sendall(b"GET /healthz HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n")
            assert connection.makefile("rb").read().startswith(b"HTTP/1.1 200")
            assert connection.session_reused == resumed
            session = connection.session


def names_shown(server, authority) -> set[str]:
    context = authority.context()
    context.check_hostname = False
    with connect(server, context) as connection:
        return {value for kind, value in connection.getpeercert()["subjectAltName"] if kind == "DNS"}


def wait_for_log(server, words: str) -> None:
    deadline = time.monotonic() + 30
    while words not in server.log.read_text():
        assert time.monotonic() < deadline, f"the log never said {words!r}: {server.log_text()}"
        time.sleep(0.01)


def test_sighup_takes_a_new_certificate_for_new_connections(serve, authority):
    server = serve()
    with grpc.secure_channel(server.address, authority.channel_credentials()) as channel:
        Caller(channel).create(new_id())
        authority.issue("renewed", "DNS:renewed.example,IP:127.0.0.1").move_to(server.certificate)
        server.process.send_signal(signal.SIGHUP)
        wait_for_log(server, "new connections get the TLS files")
        assert names_shown(server, authority) == {"renewed.example"}
        Caller(channel).create(new_id())


def test_a_bad_new_certificate_leaves_the_old_one(serve, authority):
    server = serve()
    server.certificate.chain.write_text("nothing")
    server.process.send_signal(signal.SIGHUP)
    wait_for_log(server, "holds no certificate")
    assert names_shown(server, authority) == {"localhost"}


@pytest.mark.parametrize("arguments, told", [
    (["--tls-cert", "{chain}"], "--tls-key"),
    (["--tls-key", "{key}"], "--tls-cert"),
    (["--tls-client-ca", "{chain}"], "--tls-cert"),
    (["--tls-cert", "{chain}", "--tls-key", "{key}", "--tls-client-certificates", "optional"], "--tls-client-ca"),
    (["--tls-cert", "/nowhere", "--tls-key", "{key}"], "/nowhere"),
    (["--tls-cert", "{chain}", "--tls-key", "{other}"], "does not belong"),
    (["--tls-cert", "{key}", "--tls-key", "{key}"], "holds no certificate"),
    (["--tls-cert", "{chain}", "--tls-key", "{chain}"], "holds no private key"),
], ids=str)
def test_files_that_do_not_fit_are_a_clear_error_before_it_listens(authority, tmp_path, arguments, told):
    good, other = authority.issue("good"), authority.issue("other")
    paths = [text.format(chain=good.chain, key=good.key, other=other.key) for text in arguments]
    ended = subprocess.run(
        [BINARY, "serve", "--port", "0", "--database", f"sqlite://{tmp_path}/x.db", *paths],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=30,
    )
    assert ended.returncode != 0 and ended.stdout == ""
    assert told in ended.stderr and "Fatal" not in ended.stderr
    assert not (tmp_path / "x.db").exists()
