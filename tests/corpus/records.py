"""The addresses of the corpus, and what is recorded of them."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
FIELDS = (
    "title",
    "problems",
    "errors",
    "notes",
    "progress",
    "stages",
    "galleries",
    "controls",
    "crashes",
    "code",
    "why",
    "tables",
    "text",
)
"""What is told at an address: the fields of a record."""


@dataclass(frozen=True)
class Entry:
    """An address of the corpus, its section, and its signs: see ``addresses.txt``."""

    address: str
    section: str
    whole: bool = False
    delicate: bool = False


def entries() -> list[Entry]:
    """Read the addresses, in their order."""
    found: list[Entry] = []
    section = ""
    for line in (FOLDER / "addresses.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            section = line.strip("[]")
        elif line and not line.startswith("#"):
            signs, _, path = line.partition("/")
            found.append(Entry(f"/{path}", section, "*" in signs, "~" in signs))
    return found


def path_of(section: str) -> Path:
    return FOLDER / "recorded" / f"{section}.json"


def recorded(section: str) -> Mapping[str, Any]:
    """Give what is recorded of each address of a section; nothing if it is new."""
    path = path_of(section)
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


@dataclass(frozen=True)
class Difference:
    """An intended difference: at which addresses, in which fields, and why."""

    addresses: tuple[str, ...]
    fields: tuple[str, ...]
    reason: str

    def allows(self, entry: Entry, field: str) -> bool:
        return field in self.fields and bool({entry.address, entry.section} & set(self.addresses))


def differences() -> list[Difference]:
    """Read the intended differences."""
    given = tomllib.loads((FOLDER / "differences.toml").read_text(encoding="utf-8"))
    return [
        Difference(tuple(entry["addresses"]), tuple(entry["fields"]), entry["reason"])
        for entry in given.get("difference", [])
    ]
