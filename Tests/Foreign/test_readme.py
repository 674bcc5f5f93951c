"""What the README tells a newcomer to type does what it says, and again after a restart."""

import json
import os
import re
import subprocess
import sys

from servers import REPOSITORY
from stubs import DIRECTORY

README = (REPOSITORY / "README.md").read_text()


def block(language: str, holds: str) -> str:
    """The one block of that language that holds the text."""
    found = [text for text in re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL) if holds in text]
    assert len(found) == 1
    return found[0]


def values(text: str) -> list:
    """All JSON values of a text, one after the other."""
    decoder, found, place = json.JSONDecoder(), [], 0
    while place < len(text):
        value, place = decoder.raw_decode(text, place)
        found.append(value)
    return found


def run(command: list, script: str, server, **environment) -> str:
    assert "127.0.0.1:8080" in script
    script = script.replace("127.0.0.1:8080", server.address)
    ended = subprocess.run(command, input=script, capture_output=True, text=True, timeout=60, env=os.environ | environment)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def test_the_curl_lines_create_post_and_list(new_server):
    server, lines = new_server(), block("sh", "/batch")
    session, posted, batch, edited, changes, page, sessions = values(run(["bash", "-eu"], lines, server))
    assert session["name"] == "Holidays"
    assert (posted["status"], posted["seq"], posted["duplicate"]) == ("success", 1, False)
    assert (batch["status"], batch["count"]) == ("success", 2)
    assert [(each["seq"], each["role"]) for each in page["messages"]] == [(1, "user"), (2, "assistant"), (3, "user")]
    assert page["messages"][1]["metadata"] == {"tokens": 3}
    assert edited["content"] == page["messages"][0]["content"] == "Where is it warm in June?"
    # The session, the batch's two messages, and the edited one, which changed last.
    assert [change.get("message", {}).get("seq") for change in changes["changes"]] == [None, 2, 3, 1]
    assert [each["id"] for each in sessions["sessions"]] == [session["id"]]
    server.restart()
    _, again, _, _, _, page, _ = values(run(["bash", "-eu"], lines, server))
    assert again == {**posted, "duplicate": True, "revision": edited["revision"]}
    assert [each["seq"] for each in page["messages"]] == [1, 2, 3, 4, 5]


def test_the_python_lines_create_and_list(new_server):
    told = run([sys.executable, "-"], block("python", "MessageServiceStub"), new_server(), PYTHONPATH=DIRECTORY)
    assert told.startswith("1\n") and 'content: "Hello"' in told


def test_the_command_that_makes_stubs_makes_them(tmp_path):
    command = re.search(r"^python3 (-m grpc_tools\.protoc .*?)(?<!\\)$", README, re.MULTILINE | re.DOTALL)[1]
    arguments = command.replace("\\\n", " ").replace("=.", f"={tmp_path}").split()
    subprocess.run([sys.executable, *arguments], check=True, cwd=REPOSITORY)
    assert (tmp_path / "chatrpc/v1/message_pb2_grpc.py").exists()
