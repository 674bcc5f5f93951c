# shellcheck shell=bash
# How the scripts speak: what they do goes to stderr, so that stdout stays free for results. Sourced, never run.

say() {
    printf '==> %s\n' "$*" >&2
}

fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}
