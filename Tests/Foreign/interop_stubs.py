"""Python stubs of grpc's own test protos, made at test time from the files of Debian's package grpc-proto."""

from pathlib import Path

import grpc

from stubs import generate

PROTOS = Path("/usr/share/grpc-proto")
FILES = [PROTOS / "grpc/testing" / f"{name}.proto" for name in ("empty", "messages", "test")]
assert all(file.exists() for file in FILES), f"{FILES[-1]} is missing: install grpc-proto, or run `make test`"

# They are modules of a package that is called grpc.testing, inside of one that is installed.
grpc.__path__.append(str(Path(generate(PROTOS, FILES)) / "grpc"))

from grpc.testing import empty_pb2, messages_pb2, test_pb2, test_pb2_grpc  # noqa: E402

__all__ = ["empty_pb2", "messages_pb2", "test_pb2", "test_pb2_grpc"]
