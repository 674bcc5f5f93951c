"""Serialized messages whose map entries hold nothing but a key and a value. The bytes must be a message that protobuf reads."""

from google.protobuf.descriptor import Descriptor, FieldDescriptor

VARINT, FIXED64, DELIMITED, START_GROUP, END_GROUP, FIXED32 = range(6)
WIRE_TYPES = {
    FieldDescriptor.TYPE_DOUBLE: FIXED64,
    FieldDescriptor.TYPE_FIXED64: FIXED64,
    FieldDescriptor.TYPE_SFIXED64: FIXED64,
    FieldDescriptor.TYPE_FLOAT: FIXED32,
    FieldDescriptor.TYPE_FIXED32: FIXED32,
    FieldDescriptor.TYPE_SFIXED32: FIXED32,
    FieldDescriptor.TYPE_STRING: DELIMITED,
    FieldDescriptor.TYPE_BYTES: DELIMITED,
    FieldDescriptor.TYPE_MESSAGE: DELIMITED,
}


def with_plain_entries(type: Descriptor, data: bytes) -> bytes:
    """Takes the fields out of map entries, at any depth, that they do not have: other numbers, or another wire type."""
    is_entry = type.GetOptions().map_entry
    result, position = b"", 0
    while position < len(data):
        start = position
        tag, position = varint(data, position)
        end = end_of_value(data, position, tag)
        field = type.fields_by_number.get(tag >> 3)
        if field is None or is_entry and tag & 7 != WIRE_TYPES.get(field.type, VARINT):
            result += b"" if is_entry else data[start:end]
        elif field.message_type is None or tag & 7 != DELIMITED:
            result += data[start:end]
        else:
            value = with_plain_entries(field.message_type, data[varint(data, position)[1] : end])
            result += data[start:position] + varint_bytes(len(value)) + value
        position = end
    return result


def end_of_value(data: bytes, position: int, tag: int) -> int:
    match tag & 7:
        case 0:
            return varint(data, position)[1]
        case 1:
            return position + 8
        case 2:
            length, position = varint(data, position)
            return position + length
        case 3:
            while True:
                inner, position = varint(data, position)
                if inner & 7 == END_GROUP:
                    return position
                position = end_of_value(data, position, inner)
        case 5:
            return position + 4
    raise ValueError(f"wire type {tag & 7} at byte {position}")


def varint(data: bytes, position: int) -> tuple[int, int]:
    """The number at `position`, and where the next byte after it is."""
    value = shift = 0
    while True:
        byte = data[position]
        value |= (byte & 0x7F) << shift
        position, shift = position + 1, shift + 7
        if byte < 0x80:
            return value, position


def varint_bytes(value: int) -> bytes:
    result = b""
    while value >= 0x80:
        result, value = result + bytes([value & 0x7F | 0x80]), value >> 7
    return result + bytes([value])
