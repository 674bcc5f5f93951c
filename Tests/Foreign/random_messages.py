"""Random messages of any type, by its descriptor: every field, every label, the edges of every type now and then."""

import math
import random
import struct

from google.protobuf.descriptor import Descriptor, FieldDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

MAXIMUM_DEPTH = 4
TEXTS = ["", "a", "Grüße", "世界", "👩‍👩‍👧‍👦", "\0", "\u001f\u007f\u0080", '"\\/\b\f\n\r\t', "\u2028\u2029", "\ufeff\uffff\U0010ffff", "</script>"]
FLOATS = [0.0, -0.0, 1.0, -1.5, 0.1, math.inf, -math.inf, math.nan, 1e20, 1e21, 1e-6, 1e-7, 2.0**53, 2.0**53 + 2]
DOUBLES = [*FLOATS, 5e-324, 2.2250738585072014e-308, 1.7976931348623157e308, 123456789.123456789]
# Not the greatest one: Python prints it rounded up and then refuses to read it.
SINGLES = [1.401298464324817e-45, 1.1754943508222875e-38, 3.4028232635611926e38]
FIRST_SECOND, LAST_SECOND = -62135596800, 253402300799
TYPE = FieldDescriptor


class RandomMessages:
    """Makes messages with one source of chance. Without `any`, google.protobuf.Any stays out."""

    def __init__(self, chance: random.Random, any: bool = True):
        self.chance = chance
        self.any = any

    def make(self, type: Descriptor, depth: int = 0) -> Message:
        message = GetMessageClass(type)()
        if type.full_name in WELL_KNOWN:
            WELL_KNOWN[type.full_name](self, message, depth)
            return message
        share = self.chance.choice([0.05, 0.2, 0.6] if depth == 0 else [0.02, 0.1])
        for field in type.fields:
            if self.chance.random() < share:
                self.fill(message, field, depth)
        return message

    def fill(self, message: Message, field: FieldDescriptor, depth: int) -> None:
        if field.message_type is not None:
            if depth >= MAXIMUM_DEPTH or (field.message_type.full_name == "google.protobuf.Any" and not self.any):
                return
            if field.message_type.GetOptions().map_entry:
                return self.fill_map(getattr(message, field.name), field.message_type, depth)
        if field.is_repeated:
            target = getattr(message, field.name)
            for _ in range(self.chance.choice([1, 2, 3, 20])):
                target.append(self.value(field, depth))
        elif field.message_type is not None:
            getattr(message, field.name).CopyFrom(self.value(field, depth))
        else:
            setattr(message, field.name, self.value(field, depth))

    def fill_map(self, target, entry: Descriptor, depth: int) -> None:
        key, value = entry.fields_by_name["key"], entry.fields_by_name["value"]
        for _ in range(self.chance.choice([1, 2, 5])):
            if value.message_type is not None:
                target[self.value(key, depth)].CopyFrom(self.value(value, depth))
            else:
                target[self.value(key, depth)] = self.value(value, depth)

    def value(self, field: FieldDescriptor, depth: int):
        chance = self.chance
        match field.type:
            case TYPE.TYPE_DOUBLE:
                return chance.choice([*DOUBLES, chance.uniform(-1e9, 1e9), random_double(chance)])
            case TYPE.TYPE_FLOAT:
                return chance.choice([*FLOATS[:-2], *SINGLES, single(chance.uniform(-1e9, 1e9)), random_single(chance)])
            case TYPE.TYPE_INT32 | TYPE.TYPE_SINT32 | TYPE.TYPE_SFIXED32:
                return self.integer(-(2**31), 2**31 - 1)
            case TYPE.TYPE_INT64 | TYPE.TYPE_SINT64 | TYPE.TYPE_SFIXED64:
                return self.integer(-(2**63), 2**63 - 1)
            case TYPE.TYPE_UINT32 | TYPE.TYPE_FIXED32:
                return self.integer(0, 2**32 - 1)
            case TYPE.TYPE_UINT64 | TYPE.TYPE_FIXED64:
                return self.integer(0, 2**64 - 1)
            case TYPE.TYPE_BOOL:
                return chance.random() < 0.5
            case TYPE.TYPE_STRING:
                return "".join(chance.choices(TEXTS, k=chance.choice([1, 1, 2, 40])))
            case TYPE.TYPE_BYTES:
                return chance.randbytes(chance.choice([0, 1, 2, 3, 100]))
            case TYPE.TYPE_ENUM:
                return self.enum_number(field)
            case TYPE.TYPE_MESSAGE:
                return self.make(field.message_type, depth + 1)
        raise AssertionError(f"{field.full_name}: a type that proto3 does not have")

    def integer(self, least: int, greatest: int) -> int:
        edges = [least, greatest, 0, 1, max(least, -1), 127, 128, min(greatest, 2**53 + 1)]
        return self.chance.choice([*edges, self.chance.randint(least, greatest)])

    def enum_number(self, field: FieldDescriptor) -> int:
        """One of its own, or now and then one that it does not have: proto3's enums are open."""
        known = [value.number for value in field.enum_type.values]
        if field.enum_type.full_name == "google.protobuf.NullValue" or self.chance.random() < 0.8:
            return self.chance.choice(known)
        return self.chance.choice([5000, -5000, 2**31 - 2])


def single(number: float) -> float:
    return struct.unpack("<f", struct.pack("<f", number))[0]


def random_double(chance: random.Random) -> float:
    return one_nan(struct.unpack("<d", chance.randbytes(8))[0])


def random_single(chance: random.Random) -> float:
    return one_nan(struct.unpack("<f", chance.randbytes(4))[0])


def one_nan(number: float) -> float:
    """JSON has one NaN, where the binary form has many."""
    return math.nan if math.isnan(number) else number


def timestamp(maker: RandomMessages, message, depth: int) -> None:
    message.seconds = maker.chance.choice([0, -1, FIRST_SECOND, LAST_SECOND, maker.chance.randint(FIRST_SECOND, LAST_SECOND)])
    message.nanos = maker.chance.choice([0, 1, 999999999, 500000000, 123456000, maker.chance.randrange(10**9)])


def duration(maker: RandomMessages, message, depth: int) -> None:
    sign = maker.chance.choice([-1, 1])
    message.seconds = sign * maker.chance.choice([0, 1, 315576000000, maker.chance.randrange(315576000000)])
    message.nanos = sign * maker.chance.choice([0, 1, 999999999, 1000, maker.chance.randrange(10**9)])
    if abs(message.seconds) == 315576000000:
        message.nanos = 0


def field_mask(maker: RandomMessages, message, depth: int) -> None:
    """Paths that survive the way to lower camel case and back."""
    message.paths.extend(maker.chance.sample(["a", "foo_bar", "foo.bar_baz", "user.display_name"], k=maker.chance.randrange(4)))


def json_value(maker: RandomMessages, message, depth: int) -> None:
    kind = maker.chance.choice(["null", "number", "string", "bool", "struct", "list"] if depth < MAXIMUM_DEPTH else ["bool"])
    if kind == "null":
        message.null_value = 0
    elif kind == "number":
        message.number_value = maker.chance.choice([0.0, 1.0, -1.5, 0.1, 1e300, 2.0**53, maker.chance.uniform(-1e9, 1e9)])
    elif kind == "string":
        message.string_value = maker.chance.choice(TEXTS)
    elif kind == "bool":
        message.bool_value = maker.chance.random() < 0.5
    elif kind == "struct":
        message.struct_value.SetInParent()
        json_object(maker, message.struct_value, depth + 1)
    else:
        message.list_value.SetInParent()
        json_list(maker, message.list_value, depth + 1)


def json_object(maker: RandomMessages, message, depth: int) -> None:
    for name in maker.chance.sample(TEXTS, k=maker.chance.randrange(4)):
        json_value(maker, message.fields[name], depth + 1)


def json_list(maker: RandomMessages, message, depth: int) -> None:
    for _ in range(maker.chance.randrange(4)):
        json_value(maker, message.values.add(), depth + 1)


def any_message(maker: RandomMessages, message, depth: int) -> None:
    message.type_url = "type.googleapis.com/google.protobuf.Int32Value"
    message.value = b"\x08\x05"


WELL_KNOWN = {
    "google.protobuf.Timestamp": timestamp,
    "google.protobuf.Duration": duration,
    "google.protobuf.FieldMask": field_mask,
    "google.protobuf.Value": json_value,
    "google.protobuf.Struct": json_object,
    "google.protobuf.ListValue": json_list,
    "google.protobuf.Any": any_message,
}
