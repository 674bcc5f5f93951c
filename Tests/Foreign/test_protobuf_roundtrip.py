"""Our protobuf beside Python's: random messages go through `protobuf-roundtrip`, binary and JSON, and come out the same.

The protocol is told at the top of Tests/ProtobufRoundtrip/main.swift. The seed is printed; CHATRPC_TEST_SEED repeats a run.
"""

import os
import random
import struct
import subprocess
from pathlib import Path

import pytest
from google.protobuf import descriptor_pool, json_format
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass

from map_entries import with_plain_entries
from random_messages import RandomMessages
from servers import REPOSITORY
from stubs import PROTOS, generate

BINARY = Path(os.environ.get("CHATRPC_ROUNDTRIP_BINARY", REPOSITORY / ".build/debug/protobuf-roundtrip"))
TEST_PROTOS = REPOSITORY / "Tests/Protos"
generate(TEST_PROTOS, sorted((TEST_PROTOS / "chatrpc").rglob("*.proto")), PROTOS)

from chatrpc.test import everything_pb2, names_pb2  # noqa: E402, F401

TYPES = {
    "chatrpc.test.Everything": 120,
    "chatrpc.test.Other": 30,
    "chatrpc.test.names.Keywords": 30,
    "chatrpc.v1.Message": 60,
    "chatrpc.v1.BatchCreateMessagesRequest": 30,
    "chatrpc.v1.CreateMessageRequest": 60,
    "chatrpc.v1.ListMessagesResponse": 30,
    "chatrpc.v1.Session": 60,
    "google.protobuf.Timestamp": 60,
    "google.protobuf.Duration": 60,
    "google.protobuf.Struct": 60,
    "google.protobuf.Value": 60,
    "google.protobuf.FieldMask": 10,
}


class RoundTrip:
    """The program, asked one case at a time."""

    def __init__(self):
        self.process = subprocess.Popen([BINARY], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def ask(self, type: str, input: str, output: str, payload: bytes) -> tuple[int, bytes]:
        for part in (type.encode(), input.encode(), output.encode(), payload):
            self.process.stdin.write(struct.pack(">I", len(part)) + part)
        self.process.stdin.flush()
        header = self.process.stdout.read(5)
        assert len(header) == 5, f"the program ended: {self.process.wait(10)}; {type} {input}: {payload!r}"
        status, count = struct.unpack(">BI", header)
        return status, self.process.stdout.read(count)

    def convert(self, type: str, input: str, output: str, payload: bytes) -> bytes:
        status, answer = self.ask(type, input, output, payload)
        assert status == 0, f"{answer.decode(errors='replace')}; {type} {input}: {payload!r}"
        return answer

    def close(self) -> None:
        rest, _ = self.process.communicate(timeout=10)
        assert (rest, self.process.returncode) == (b"", 0)


@pytest.fixture(scope="module")
def round_trip():
    program = RoundTrip()
    yield program
    program.close()


@pytest.fixture(scope="module")
def seed():
    seed = int(os.environ.get("CHATRPC_TEST_SEED", random.SystemRandom().randrange(1 << 32)))
    print(f"CHATRPC_TEST_SEED={seed}")
    return seed


def class_of(name: str) -> type[Message]:
    return GetMessageClass(descriptor_pool.Default().FindMessageTypeByName(name))


def messages(seed: int, name: str, any: bool = False):
    """Each with a source of chance of its own, so that one can be made again without those before it."""
    for number in range(TYPES[name]):
        chance = random.Random(f"{seed}/{name}/{number}")
        yield RandomMessages(chance, any).make(class_of(name).DESCRIPTOR), chance


def canonical(message: Message) -> bytes:
    """Equal for equal messages, NaN and maps too."""
    return message.SerializeToString(deterministic=True)


def known(type: type[Message], data: bytes) -> bytes:
    """The canonical form of what Python knows of the bytes. Fields that a map's entry does not have are taken out before:
    Python's parser (upb) puts an entry that has any beside the map, among the unknown fields, where an earlier entry of the
    same key then stands; ours, and C++'s, take the entry without them."""
    message = type.FromString(with_plain_entries(type.DESCRIPTOR, data))
    message.DiscardUnknownFields()
    return canonical(message)


@pytest.mark.parametrize("name", TYPES)
def test_binary_comes_out_as_it_went_in(round_trip, seed, name):
    for message, _ in messages(seed, name, any=True):
        answer = round_trip.convert(name, "binary", "binary", message.SerializeToString())
        assert canonical(type(message).FromString(answer)) == canonical(message)


@pytest.mark.parametrize("name", TYPES)
def test_json_of_ours_is_read_by_python(round_trip, seed, name):
    for message, _ in messages(seed, name):
        answer = round_trip.convert(name, "binary", "json", message.SerializeToString())
        assert canonical(json_format.Parse(answer, type(message)())) == canonical(message)


@pytest.mark.parametrize("name", TYPES)
def test_json_of_python_is_read_by_ours(round_trip, seed, name):
    for message, chance in messages(seed, name):
        text = json_format.MessageToJson(
            message, preserving_proto_field_name=chance.random() < 0.5, ensure_ascii=chance.random() < 0.5,
            indent=chance.choice([None, 2]), use_integers_for_enums=chance.random() < 0.5,
        )
        answer = round_trip.convert(name, "json", "binary", text.encode())
        assert canonical(type(message).FromString(answer)) == canonical(message)


@pytest.mark.parametrize("name", ["chatrpc.test.Everything", *(name for name in TYPES if name.startswith("chatrpc.v1."))])
def test_messages_behind_each_other_are_merged(round_trip, seed, name):
    pairs = messages(seed, name)
    for (first, _), (second, _) in zip(pairs, pairs):
        both = first.SerializeToString() + second.SerializeToString()
        answer = round_trip.convert(name, "binary", "binary", both)
        assert known(type(first), answer) == known(type(first), both)


def test_what_an_older_version_does_not_know_is_kept(round_trip, seed):
    for message, _ in messages(seed, "chatrpc.test.Everything"):
        answer = round_trip.convert("chatrpc.test.Older", "binary", "binary", message.SerializeToString())
        assert canonical(type(message).FromString(answer)) == canonical(message)


@pytest.mark.parametrize("name", ["chatrpc.test.Everything", "chatrpc.v1.BatchCreateMessagesRequest", "chatrpc.v1.Message"])
def test_damaged_bytes_are_refused_or_read_as_python_reads_them(round_trip, seed, name):
    refused = 0
    for message, chance in messages(seed, name):
        for _ in range(10):
            damaged = damage(message.SerializeToString(), chance)
            status, answer = round_trip.ask(name, "binary", "binary", damaged)
            if status == 1:
                refused += 1
                continue
            assert status == 0
            try:
                type(message).FromString(damaged)
                expected = known(type(message), damaged)
            except DecodeError:
                pytest.fail(f"Python refuses what ours reads: {name} {damaged.hex()}")
            assert known(type(message), answer) == expected
    assert refused > 0


def damage(data: bytes, chance: random.Random) -> bytes:
    """One bit turned, one byte changed, cut off, or a part repeated."""
    if not data:
        return chance.randbytes(3)
    place = chance.randrange(len(data))
    match chance.randrange(4):
        case 0:
            return data[:place] + bytes([data[place] ^ 1 << chance.randrange(8)]) + data[place + 1 :]
        case 1:
            return data[:place] + chance.randbytes(1) + data[place + 1 :]
        case 2:
            return data[:place]
    end = chance.randrange(place, len(data))
    return data[:end] + data[place:end] + data[end:]


def test_damaged_json_is_refused_or_read_without_harm(round_trip, seed):
    name, refused = "chatrpc.test.Everything", 0
    for message, chance in messages(seed, name):
        text = json_format.MessageToJson(message, indent=None).encode()
        for _ in range(10):
            status, _ = round_trip.ask(name, "json", "binary", damage(text, chance))
            assert status in (0, 1)
            refused += status
    assert refused > 0
