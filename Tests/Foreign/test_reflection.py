"""Reflection, by the client that grpcio-reflection brings for v1alpha and by requests of both versions."""

import grpc
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool
from grpc_reflection.v1alpha import reflection_pb2
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import ProtoReflectionDescriptorDatabase

SERVICES = {
    "chatrpc.v1.MessageService", "chatrpc.v1.SessionService", "chatrpc.v1.SyncService", "grpc.health.v1.Health",
    "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection",
}
EXTENSIONS = {("google.protobuf.MethodOptions", 50610), ("google.protobuf.MethodOptions", 72295728),
              ("google.protobuf.FieldOptions", 50611), ("google.protobuf.EnumValueOptions", 50612)}


@pytest.fixture(params=["v1", "v1alpha"])
def ask(request, channel):
    """Asks by one stream of one version; v1 has v1alpha's messages under another name."""
    method = channel.stream_stream(
        f"/grpc.reflection.{request.param}.ServerReflection/ServerReflectionInfo",
        request_serializer=reflection_pb2.ServerReflectionRequest.SerializeToString,
        response_deserializer=reflection_pb2.ServerReflectionResponse.FromString,
    )

    def ask(*requests: dict):
        return list(method(iter(reflection_pb2.ServerReflectionRequest(**members) for members in requests)))

    return ask


def files(answer) -> dict[str, descriptor_pb2.FileDescriptorProto]:
    parsed = map(
        descriptor_pb2.FileDescriptorProto.FromString, answer.file_descriptor_response.file_descriptor_proto
    )
    return {file.name: file for file in parsed}


def test_every_service_is_listed_and_described_in_full(channel):
    database = ProtoReflectionDescriptorDatabase(channel)
    assert set(database.get_services()) == SERVICES
    pool = descriptor_pool.DescriptorPool(database)
    described = set()

    def describe(message):
        if message.full_name in described:
            return
        described.add(message.full_name)
        for field in message.fields:
            if field.message_type:
                describe(field.message_type)

    for name in SERVICES:
        for method in pool.FindServiceByName(name).methods:
            describe(method.input_type)
            describe(method.output_type)
    assert {"chatrpc.v1.CreateMessageRequest", "google.protobuf.Timestamp"} <= described
    assert len(pool.FindMessageTypeByName("chatrpc.v1.CreateMessageRequest").fields) >= 9
    assert pool.FindEnumTypeByName("chatrpc.v1.Role").values_by_name["ROLE_ASSISTANT"].number == 2


def test_services_are_listed_by_both_versions(ask):
    [answer] = ask({"host": "h", "list_services": ""})
    assert {service.name for service in answer.list_services_response.service} == SERVICES
    assert (answer.valid_host, answer.original_request.host) == ("h", "h")


@pytest.mark.parametrize("symbol, file", [
    ("chatrpc.v1.MessageService", "chatrpc/v1/message.proto"),
    ("chatrpc.v1.MessageService.CreateMessage", "chatrpc/v1/message.proto"),
    ("chatrpc.v1.CreateMessageRequest", "chatrpc/v1/message.proto"),
    ("chatrpc.v1.CreateMessageRequest.content", "chatrpc/v1/message.proto"),
    ("chatrpc.v1.Role", "chatrpc/v1/message.proto"),
    ("chatrpc.v1.ROLE_USER", "chatrpc/v1/message.proto"),
    ("grpc.health.v1.HealthCheckResponse.ServingStatus", "grpc/health/v1/health.proto"),
    ("grpc.health.v1.HealthCheckResponse.SERVING", "grpc/health/v1/health.proto"),
    ("grpc.reflection.v1.ServerReflectionRequest.message_request", "grpc/reflection/v1/reflection.proto"),
    ("chatrpc.rest", "chatrpc/options.proto"),
    ("google.protobuf.FileDescriptorProto", "google/protobuf/descriptor.proto"),
])
def test_a_symbol_gives_its_file_and_all_that_this_imports(ask, symbol, file):
    [answer] = ask({"file_containing_symbol": symbol})
    found = files(answer)
    assert next(iter(found)) == file
    assert all(name in found for known in found.values() for name in known.dependency)


def test_a_file_is_found_by_its_name_and_imports_come_once_on_a_stream(ask):
    first, second = ask({"file_by_filename": "chatrpc/v1/message.proto"}, {"file_by_filename": "chatrpc/v1/session.proto"})
    assert "google/protobuf/timestamp.proto" in files(first)
    assert list(files(second)) == ["chatrpc/v1/session.proto"]


def test_extensions_are_found_by_number(ask):
    for type_name, number in EXTENSIONS:
        wanted = reflection_pb2.ExtensionRequest(containing_type=type_name, extension_number=number)
        [file, numbers] = ask({"file_containing_extension": wanted}, {"all_extension_numbers_of_type": type_name})
        assert any(extension.number == number for extension in next(iter(files(file).values())).extension)
        assert number in numbers.all_extension_numbers_response.extension_number
        assert numbers.all_extension_numbers_response.base_type_name == type_name
    [none] = ask({"all_extension_numbers_of_type": "chatrpc.v1.Message"})
    assert list(none.all_extension_numbers_response.extension_number) == []


def test_what_is_not_known_is_an_answer_and_the_stream_goes_on(ask):
    extension = reflection_pb2.ExtensionRequest(containing_type="chatrpc.v1.Message", extension_number=1)
    *unknown, last = ask(
        {"file_by_filename": "no.proto"}, {"file_containing_symbol": "no.such.Thing"}, {"file_containing_symbol": ""},
        {"file_containing_extension": extension}, {"all_extension_numbers_of_type": "no.such.Type"},
        {"list_services": "x"},
    )
    not_found = grpc.StatusCode.NOT_FOUND.value[0]
    assert [answer.error_response.error_code for answer in unknown] == [not_found] * 5
    assert all(answer.error_response.error_message for answer in unknown)
    assert len(last.list_services_response.service) == len(SERVICES)


def test_a_request_for_nothing_is_an_error(ask):
    with pytest.raises(grpc.RpcError) as raised:
        ask({"host": "h"})
    assert raised.value.code() == grpc.StatusCode.INVALID_ARGUMENT
