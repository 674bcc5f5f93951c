"""Our two sides of grpc's interoperability tests, as programs."""

import os
import subprocess
from pathlib import Path

from servers import REPOSITORY, Server

SERVER = Path(os.environ.get("CHATRPC_INTEROP_SERVER_BINARY", REPOSITORY / ".build/debug/chatrpc-interop-server"))
CLIENT = Path(os.environ.get("CHATRPC_INTEROP_CLIENT_BINARY", REPOSITORY / ".build/debug/chatrpc-interop-client"))
CLIENT_SECONDS = 60


class InteropServer(Server):
    """One process of `chatrpc-interop-server`."""

    def __init__(self, log: Path, *arguments: str):
        super().__init__(log)
        self.command = [str(SERVER), "--port", "0", *arguments]


def run_client(address: str, case: str, *arguments: str) -> subprocess.CompletedProcess:
    """Runs our client against the server there, to its end."""
    host, _, port = address.rpartition(":")
    command = [str(CLIENT), f"--server_host={host}", "--server_port", port, f"--test_case={case}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=CLIENT_SECONDS)
