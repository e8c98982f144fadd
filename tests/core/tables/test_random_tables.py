"""10,000 random tables in every combination of layouts: the same table is read back, or refused."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass

import pytest

from core.tables.faults import TableError
from core.tables.point_tables import read_points
from core.tables.score_tables import read_table

TABLES = 5_000
NAMES = {
    "utf-8": ("cat", "big car", "frog", "Käse", "猫", "女", "x1", "y", "id 7"),
    "gbk": ("猫", "女", "车", "青蛙", "cat", "类别甲"),
    "cp1252": ("Käse", "crème", "frog", "été"),
}
LABELS = ("label", "target", "y_true", "class", "gt", "真实标签", "Labels")


@dataclass(frozen=True)
class Layout:
    """How a table is written."""

    separator: str
    decimal: str
    has_thousands: bool
    quoted: str
    encoding: str
    end: str
    has_header: bool
    label_at: str
    spelling: str
    index: str
    extra: str

    @classmethod
    def drawn(cls, rng: random.Random) -> Layout:
        return cls(
            rng.choice(",;\t |"),
            rng.choice(".,"),
            rng.random() < 0.2,
            rng.choice(("none", "text", "all")),
            rng.choice(("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gbk", "cp1252")),
            rng.choice(("\n", "\r\n", "\r")),
            rng.random() < 0.7,
            rng.choice(("first", "last")),
            rng.choice(("name", "number", "float", "padded", "exponent")),
            rng.choice(("", "", "unnamed", "id")),
            rng.choice(("", "", "comment", "title", "trailing", "sep", "blank")),
        )

    def number(self, value: float, rng: random.Random) -> str:
        text = f"{value:,}" if self.has_thousands and abs(value) >= 1000 else f"{value}"
        if rng.random() < 0.1:
            text = text.replace("-", "−") if self.encoding.startswith("utf") else text
        return text if self.decimal == "." else text.translate(str.maketrans(".,", ",."))

    def label(self, name: str, number: int) -> str:
        written = {"name": name, "number": str(number), "float": f"{number}.0"}
        written |= {"padded": f"{number:02}", "exponent": f"{number:.3e}"}
        return written[self.spelling]

    def cell(self, text: str, *, is_number: bool) -> str:
        needs = self.separator in text or '"' in text or text == ""
        is_quoted = self.quoted == "all" or (self.quoted == "text" and not is_number) or needs
        return f'"{text}"' if is_quoted else text

    def written(self, header: list[str], rows: list[list[tuple[str, bool]]]) -> bytes | None:
        order = [*range(len(header))]
        if self.label_at == "first":
            order = [order[-1], *order[:-1]]
        table = [[(heading, False) for heading in header]] if self.has_header else []
        table += rows
        if self.index and self.has_header:
            table = [
                [(str(number) if number >= 0 else "" if self.index == "unnamed" else "id", False)]
                + [row[place] for place in order]
                for number, row in enumerate(table, -1)
            ]
        else:
            table = [[row[place] for place in order] for row in table]
        tail = self.separator if self.extra == "trailing" else ""
        lines = [
            self.separator.join(self.cell(text, is_number=is_it) for text, is_it in row) + tail
            for row in table
        ]
        if self.extra == "blank":
            lines[1:1] = ["", "  "]
        # A title without headings below could be the headings.
        above = {
            "comment": "# run 7, of May",
            "title": "Scores of May",
            "sep": f"sep={self.separator}",
        }
        if self.extra in above and (self.has_header or self.extra != "title"):
            lines.insert(0, above[self.extra])
        try:
            return (self.end.join(lines) + self.end).encode(self.encoding)
        except UnicodeEncodeError:
            return None


def value_of(rng: random.Random) -> float:
    kind = rng.random()
    if kind < 0.1:
        return float(rng.randrange(-9, 10))
    if kind < 0.3:
        return rng.randrange(-999_999, 999_999) / 1000
    return round(rng.gauss(0, 4), rng.choice((1, 2, 3)))


def drawn_table(rng: random.Random, classes: int, columns: int):
    layout = Layout.drawn(rng)
    pool = NAMES["utf-8" if layout.encoding.startswith("utf") else layout.encoding]
    names = rng.sample(pool, classes)
    values = [[value_of(rng) for _ in range(columns)] for _ in range(rng.randrange(3, 7))]
    labels = [0, 1, *(rng.randrange(classes) for _ in values[2:])]
    rng.shuffle(labels)
    rows = [
        [(layout.number(value, rng), True) for value in row]
        + [(layout.label(names[label], label), layout.spelling != "name")]
        for row, label in zip(values, labels, strict=True)
    ]
    return layout, names, values, labels, rows


@pytest.mark.parametrize("seed", range(2))
def test_scores_are_read_back_or_refused(seed: int) -> None:
    rng = random.Random(seed)
    outcomes = Counter[str]()
    while outcomes.total() < TABLES // 2:
        classes = rng.randrange(2, 5)
        layout, names, values, labels, rows = drawn_table(rng, classes, classes)
        if not layout.has_header:
            names = list("ABCD"[:classes])
            rows = [
                [*row[:-1], (layout.label(names[label], label), layout.spelling != "name")]
                for row, label in zip(rows, labels, strict=True)
            ]
        table = layout.written([*names, rng.choice(LABELS[:5])], rows)
        if table is None:
            continue
        try:
            batch = read_table(table).batch
        except TableError as fault:
            outcomes[fault.reason] += 1
            continue
        outcomes["read"] += 1
        found = (list(batch.names), batch.scores.tolist(), batch.labels.tolist())
        assert found == (names, values, labels), (layout, table)
    assert outcomes["read"] > 0.6 * outcomes.total(), outcomes


@pytest.mark.parametrize("seed", range(2))
def test_points_are_read_back_or_refused(seed: int) -> None:
    rng = random.Random(seed)
    outcomes = Counter[str]()
    while outcomes.total() < TABLES // 2:
        layout, names, values, labels, rows = drawn_table(rng, rng.randrange(2, 5), 2)
        table = layout.written(["x1", "x2", rng.choice(LABELS[:5])], rows)
        if table is None:
            continue
        try:
            data = read_points(table, {"scale": "as_is"}).dataset
        except TableError as fault:
            outcomes[fault.reason] += 1
            continue
        outcomes["read"] += 1
        expected = [str(label) if layout.spelling != "name" else names[label] for label in labels]
        assert data.points.tolist() == values, (layout, table)
        assert [data.names[label] for label in data.labels] == expected, (layout, table)
    assert outcomes["read"] > 0.6 * outcomes.total(), outcomes
