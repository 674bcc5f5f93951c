"""ListMessages by stock grpcio: pages from both ends, by offset, by seq and by size."""

import pytest

from callers import item, new_id


@pytest.fixture(scope="module")
def session(caller):
    """A session of 450 messages whose content is their seq."""
    session = new_id()
    for start in range(1, 451, 150):
        caller.batch(session, *(item(str(number)) for number in range(start, start + 150)))
    return session


def contents(page):
    return [int(message.content) for message in page.messages]


def test_a_page_is_200_messages_oldest_first_unless_told_otherwise(caller, session):
    page = caller.list(session)
    assert contents(page) == [message.seq for message in page.messages] == list(range(1, 201))
    assert (page.total_count, page.has_more, page.next_after_seq) == (450, True, 200)
    assert not page.HasField("next_before_seq")
    assert (page.reset_epoch, page.revision) == (0, caller.session(session).revision)


def test_pages_by_next_after_seq_are_the_whole_session(caller, session):
    read, page = [], caller.list(session, limit=100)
    while page.has_more:
        read += contents(page)
        page = caller.list(session, limit=100, after_seq=page.next_after_seq)
    assert read + contents(page) == list(range(1, 451))
    assert not page.HasField("next_after_seq") and page.total_count == 450


def test_pages_by_next_before_seq_are_the_whole_session_backwards(caller, session):
    read, page = [], caller.list(session, limit=100, newest_first=True)
    while page.has_more:
        assert not page.HasField("next_after_seq")
        read += contents(page)
        page = caller.list(session, limit=100, newest_first=True, before_seq=page.next_before_seq)
    assert read + contents(page) == list(range(450, 0, -1))
    assert not page.HasField("next_before_seq")


@pytest.mark.parametrize(
    "members, expected, more",
    [
        ({"limit": 1}, [1], True),
        ({"limit": 500}, range(1, 451), False),
        ({"limit": 450}, range(1, 451), False),
        ({"limit": 10, "offset": 445}, range(446, 451), False),
        ({"limit": 10, "offset": 440}, range(441, 451), False),
        ({"limit": 10, "offset": 439}, range(440, 450), True),
        ({"limit": 10, "offset": 450}, [], False),
        ({"limit": 10, "offset": 1 << 40}, [], False),
        ({"limit": 3, "after_seq": 100}, [101, 102, 103], True),
        ({"limit": 3, "after_seq": 100, "offset": 5}, [106, 107, 108], True),
        ({"limit": 3, "after_seq": 448}, [449, 450], False),
        ({"limit": 3, "after_seq": 450}, [], False),
        ({"limit": 3, "after_seq": 1 << 62}, [], False),
        ({"limit": 3, "before_seq": 4}, [1, 2, 3], False),
        ({"limit": 3, "before_seq": 1}, [], False),
        ({"limit": 3, "after_seq": 10, "before_seq": 13}, [11, 12], False),
        ({"limit": 3, "newest_first": True}, [450, 449, 448], True),
        ({"limit": 3, "newest_first": True, "offset": 2}, [448, 447, 446], True),
        ({"limit": 3, "newest_first": True, "before_seq": 3}, [2, 1], False),
        ({"limit": 3, "newest_first": True, "after_seq": 448}, [450, 449], False),
    ],
    ids=str,
)
def test_a_page_holds_what_was_asked_for(caller, session, members, expected, more):
    page = caller.list(session, **members)
    assert (contents(page), page.has_more, page.total_count) == (list(expected), more, 450)


def test_a_page_ends_once_its_messages_reach_max_bytes(caller):
    session = new_id()
    for number in range(4):
        caller.create(session, str(number) * 1000)
    page = caller.list(session, max_bytes=1)
    assert [message.seq for message in page.messages] == [1] and page.has_more and page.next_after_seq == 1
    page = caller.list(session, max_bytes=1, newest_first=True)
    assert [message.seq for message in page.messages] == [4] and page.has_more and page.next_before_seq == 4
    page = caller.list(session, max_bytes=3000)
    assert len(page.messages) in (2, 3) and page.has_more
    page = caller.list(session, max_bytes=100_000)
    assert len(page.messages) == 4 and not page.has_more


def test_a_page_of_large_messages_fits_a_stock_client(caller):
    session = new_id()
    for number in range(5):
        caller.create(session, str(number) * (900 << 10))
    read, page = [], caller.list(session)
    assert page.has_more and page.ByteSize() < 4 << 20
    while True:
        read += [message.content[0] for message in page.messages]
        if not page.has_more:
            break
        page = caller.list(session, after_seq=page.next_after_seq)
    assert read == ["0", "1", "2", "3", "4"]


def test_a_session_that_does_not_exist_is_an_empty_page(caller):
    page = caller.list(new_id())
    assert (list(page.messages), page.total_count, page.has_more) == ([], 0, False)
