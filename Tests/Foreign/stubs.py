"""Python stubs of the contract, made from Protos/ by grpcio-tools at test time, as any caller would make them.

What the contract shares with other projects (google/api, google/rpc, grpc/health) comes from the packages that publish
it: a second copy would clash in protobuf's one pool of descriptors.
"""

import sys
import tempfile
from importlib import resources
from pathlib import Path

from grpc_tools import protoc

from servers import REPOSITORY

PROTOS = REPOSITORY / "Protos"


def generate(root: Path, files: list[Path], *includes: Path) -> str:
    """Makes stubs of the files under the root, puts them on the import path and returns their directory."""
    directory = tempfile.mkdtemp(prefix="chatrpc-stubs.")
    arguments = ["protoc", f"-I{root}", *(f"-I{include}" for include in includes)]
    arguments += [f"-I{resources.files('grpc_tools') / '_proto'}"]
    arguments += [f"--python_out={directory}", f"--grpc_python_out={directory}"]
    assert protoc.main(arguments + [str(file.relative_to(root)) for file in files]) == 0, "protoc failed; see above"
    sys.path.insert(0, directory)
    return directory


DIRECTORY = generate(PROTOS, sorted((PROTOS / "chatrpc").rglob("*.proto")))

from chatrpc.v1 import (  # noqa: E402
    message_pb2, message_pb2_grpc, session_pb2, session_pb2_grpc, sync_pb2, sync_pb2_grpc,
)

__all__ = [
    "DIRECTORY", "generate", "message_pb2", "message_pb2_grpc", "session_pb2", "session_pb2_grpc", "sync_pb2",
    "sync_pb2_grpc", "PROTOS",
]
