"""An authority, and certificates of it, made by the openssl command in a test's own directory."""

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

import grpc


def openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


@dataclass
class Certificate:
    """A certificate and its key, as files."""

    chain: Path
    key: Path

    def move_to(self, other: "Certificate") -> None:
        """Takes another one's place."""
        self.chain.replace(other.chain)
        self.key.replace(other.key)


class Authority:
    def __init__(self, directory: Path, name: str = "authority"):
        self.directory = directory
        self.file = directory / f"{name}.pem"
        self._key = directory / f"{name}.key"
        openssl("req", "-x509", "-out", self.file, "-subj", f"/CN={name}", "-days", "2", *self._new(self._key))

    def issue(self, name: str, names: str = "DNS:localhost,IP:127.0.0.1", days: int = 2) -> Certificate:
        """For these names, in openssl's form; -1 days is expired since yesterday."""
        made = Certificate(self.directory / f"{name}.pem", self.directory / f"{name}.key")
        request = self.directory / f"{name}.csr"
        openssl("req", "-new", "-out", request, "-subj", f"/CN={name}", "-addext", f"subjectAltName={names}",
                *self._new(made.key))
        openssl("x509", "-req", "-in", request, "-out", made.chain, "-copy_extensions", "copy", "-CA", self.file,
                "-CAkey", self._key, "-days", str(days))
        return made

    def context(self, shown: Certificate | None = None, alpn: list[str] | None = None) -> ssl.SSLContext:
        """Trusts this authority alone, and shows a certificate if there is one."""
        context = ssl.create_default_context(cafile=self.file)
        if shown:
            context.load_cert_chain(shown.chain, shown.key)
        if alpn:
            context.set_alpn_protocols(alpn)
        return context

    def channel_credentials(self, shown: Certificate | None = None) -> grpc.ChannelCredentials:
        key, chain = (shown.key.read_bytes(), shown.chain.read_bytes()) if shown else (None, None)
        return grpc.ssl_channel_credentials(self.file.read_bytes(), key, chain)

    def server_credentials(self, shown: Certificate) -> grpc.ServerCredentials:
        return grpc.ssl_server_credentials([(shown.key.read_bytes(), shown.chain.read_bytes())])

    @staticmethod
    def _new(key: Path) -> list[str | Path]:
        return ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key]
