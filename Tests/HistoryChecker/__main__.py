"""python3 Tests/HistoryChecker [LOG]: see README.md."""

import sys

from checks import check
from history import MalformedLog, read


def main(arguments: list[str]) -> int:
    try:
        with open(arguments[0]) if arguments else sys.stdin as log:
            sessions = read(log)
    except (MalformedLog, OSError) as error:
        print(f"history-checker: {error}", file=sys.stderr)
        return 2
    violations = [violation for session in sessions for violation in check(session)]
    for violation in violations:
        print(violation)
    calls = sum(len(session.calls) for session in sessions)
    print(f"{calls} calls on {len(sessions)} sessions: {len(violations) or 'no'} violations", file=sys.stderr)
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
