"""Records anew what the addresses of the corpus tell.

``python -m tests.corpus.record [section ...]``

Only what was meant to change is recorded: first list the difference in ``differences.toml``, with
its reason. A field that differs and is not listed stops the recording, and is shown. New addresses
are recorded as they are; those that left ``addresses.txt`` are dropped.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from tests.corpus.observe import as_lines, compared, observed
from tests.corpus.records import FIELDS, Entry, differences, entries, path_of, recorded


def main(sections: list[str]) -> int:
    refused = 0
    for section in sections or list(dict.fromkeys(entry.section for entry in entries())):
        before = recorded(section)
        chosen = [entry for entry in entries() if entry.section == section]
        now = {entry.address: _told(entry, before.get(entry.address, {})) for entry in chosen}
        unlisted = [
            (entry, field)
            for entry in chosen
            if entry.address in before
            for field in _unlisted(entry, before[entry.address], now[entry.address])
        ]
        for entry, field in unlisted:
            was, tells = before[entry.address].get(field), now[entry.address].get(field)
            print(f"{entry.address}, {field}: not in differences.toml\n{compared(was, tells)}\n")
        if not unlisted:
            path_of(section).write_text(as_lines(now) + "\n", encoding="utf-8")
        refused += len(unlisted)
        print(f"{section}: {f'{len(unlisted)} differences' if unlisted else 'recorded'}")
    return bool(refused)


def _told(entry: Entry, before: Mapping[str, Any]) -> Mapping[str, Any]:
    """What an address tells now; where only rounding errors differ, what was recorded stays."""
    now = observed(entry.address, whole=entry.whole)
    if not entry.delicate:
        return now
    return {
        field: before.get(field) if not compared(before.get(field), tells, exact=False) else tells
        for field, tells in now.items()
    }


def _unlisted(entry: Entry, before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    differing = [field for field in FIELDS if before.get(field) != now.get(field)]
    listed = differences()
    return [
        field
        for field in differing
        if not any(difference.allows(entry, field) for difference in listed)
    ]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
