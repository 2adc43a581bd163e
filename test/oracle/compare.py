"""Compares two reports: money and counts must be identical, statistics within 1e-9 (absolute 1e-12).

    python3 test/oracle/compare.py A.json B.json

Prints each differing path with both values and exits 1. What only one side has is listed apart; whatever
lies under `quoting` or `fifo` is a warning at most.
"""

import sys

sys.dont_write_bytecode = True

import json

RELATIVE, ABSOLUTE = 1e-9, 1e-12
ANNOTATIONS = {"header"}
LENIENT = {"quoting", "fifo"}
ABSENT = object()


def differences(a, b):
    """(differing, only in one, warnings): lists of (path, a, b)."""
    differing, lonely, warnings = [], [], []
    for path, left, right in _leaves(a, b, ()):
        if path[:1] and path[0] in ANNOTATIONS:
            continue
        row = (".".join(path), left, right)
        if _is_lenient(path):
            if left is ABSENT or right is ABSENT or not same(left, right):
                warnings.append(row)
        elif left is ABSENT or right is ABSENT:
            lonely.append(row)
        elif not same(left, right):
            differing.append(row)
    return differing, lonely, warnings


def _is_lenient(path):
    return bool(LENIENT & set(path))


def _leaves(a, b, path):
    kinds = {type(side) for side in (a, b) if side is not ABSENT}
    if kinds == {dict}:
        left = {} if a is ABSENT else a
        right = {} if b is ABSENT else b
        if not left and not right:
            return
        for name in [*left, *(name for name in right if name not in left)]:
            yield from _leaves(left.get(name, ABSENT), right.get(name, ABSENT), (*path, name))
    elif kinds == {list}:
        left, right = ([] if side is ABSENT else side for side in (a, b))
        for at in range(max(len(left), len(right))):
            yield from _leaves(
                left[at] if at < len(left) else ABSENT,
                right[at] if at < len(right) else ABSENT,
                (*path, str(at)),
            )
    else:
        yield path, a, b


def same(a, b):
    numbers = all(isinstance(side, (int, float)) and not isinstance(side, bool) for side in (a, b))
    if not numbers:
        return type(a) is type(b) and a == b
    if isinstance(a, int) and isinstance(b, int):
        return a == b
    return abs(a - b) <= max(ABSOLUTE, RELATIVE * max(abs(a), abs(b)))


def _show(value):
    return "absent" if value is ABSENT else json.dumps(value)


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: compare.py A.json B.json")
    sides = []
    for path in sys.argv[1:]:
        with open(path, encoding="utf-8") as file:
            sides.append(json.load(file))
    groups = zip(("differs", "only in one", "warning"), differences(*sides))
    counts = {}
    for title, rows in groups:
        counts[title] = len(rows)
        for path, left, right in rows:
            print(f"{title}: {path}: {_show(left)} | {_show(right)}")
    print(", ".join(f"{title} {count}" for title, count in counts.items()))
    sys.exit(1 if counts["differs"] else 0)


if __name__ == "__main__":
    main()
