"""The OpenAPI document: valid, and it has every REST route of the contract with its success code."""

import json
import re

import openapi_spec_validator
import pytest
from google.api import annotations_pb2

from servers import REPOSITORY
from stubs import message_pb2, session_pb2, sync_pb2

FILE = REPOSITORY / "Sources/GeneratedMessages/Swift/openapi.json"


def routes():
    """(verb, path, success code, method) of every RPC with a google.api.http option."""
    import chatrpc.options_pb2 as options

    for file in (message_pb2, session_pb2, sync_pb2):
        for service in file.DESCRIPTOR.services_by_name.values():
            for method in service.methods:
                rule = method.GetOptions().Extensions[annotations_pb2.http]
                verb = rule.WhichOneof("pattern")
                if verb is None:
                    continue
                success = method.GetOptions().Extensions[options.rest].success_code or 200
                yield pytest.param(verb, getattr(rule, verb), str(success), method, id=method.full_name)


@pytest.fixture(scope="module")
def document():
    return json.loads(FILE.read_text())


def test_the_document_is_valid_openapi_3_1(document):
    assert re.fullmatch(r"3\.1\.\d+", document["openapi"])
    openapi_spec_validator.validate(document)


@pytest.mark.parametrize("verb, path, success, method", list(routes()))
def test_every_route_is_in_it(document, verb, path, success, method):
    operation = document["paths"][path][verb]
    assert success in operation["responses"]
    named = {parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "path"}
    assert named == set(re.findall(r"{(\w+)}", path))
    if verb == "get":
        query = {parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "query"}
        assert query == {field.name for field in method.input_type.fields} - named


def test_nothing_else_is_in_it(document):
    expected = {(case.values[0], case.values[1]) for case in routes()}
    verbs = {"get", "put", "post", "delete", "patch", "head", "options"}
    found = {(verb, path) for path, item in document["paths"].items() for verb in item if verb in verbs}
    assert {each for each in found if each[1].startswith("/api/")} == expected
