"""A whole class at once: how long it waits to come in, and for each release; what is lost.

Run ``python -m tests.benchmarks.classroom``; ``--lessons svm-against-softmax --clients 20 --seconds 5``
is a quick one. Students without a browser (``classroom_student.py``) speak Streamlit's protocol over
loopback; each row has a fresh server. In each row:

- The *first* visitor comes alone, as a teacher does; the server's imports are in its time. (With
  replicas: one visitor for each, one after the other, and the longest of their times.)
- All students *join* at once: each fetches the page and opens its websocket. In is who has been
  told of a finished script run that showed the stage.
- Then each lets a handle go every so often (``--every``), at a moment of its own, to a value of its
  own. A *release* is served when the script run that answers it has finished. It is counted from
  when it was due: who still waits for the answer before is late with the next one, and that counts.
- Then all let go again as soon as they are answered: *at most* so many releases are served a second.
- *Failed* are students who did not come in within 90 s, releases that were not answered within 30 s
  of their due time, and pages that showed an error.
- *MB a student* is what the server's processes hold more after the joins than before.
- *Processor, ms* is the time that the server's processes computed, for each join and each release:
  the same on a busy machine. A process uses about one core; 1000 divided by it is what that carries.

With ``--replicas`` (2 4) the same goes through HAProxy; 0 is one process without it. Where there are
two or more, one of them is killed while the students let go, in a table of its own: *lost* are the
students who were on it, *back* is when their page shows again what their hand left.

The load generator runs on the same machine, and takes from the cores what it says in its column.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import statistics
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pages.ui.lessons import lessons
from tests.benchmarks._browser import APPS, ROOT, machine, percentile, serve, table
from tests.benchmarks.classroom_student import LOST, Student

JOIN_SECONDS = 90.0
ANSWER_SECONDS = 30.0
BARE = "bare page, one chart"


@dataclass(frozen=True)
class Row:
    """What one row measures."""

    page: str
    clients: int
    replicas: int
    seconds: float
    every: float

    @property
    def is_bare(self) -> bool:
        """Whether it is the page to compare with."""
        return self.page == BARE


@dataclass
class Seen:
    """What was seen in a row."""

    first: float = 0.0
    joined: list[float] = field(default_factory=list)
    releases: list[float] = field(default_factory=list)
    at_most: float = 0.0
    served: int = 0
    """Releases of both kinds."""
    join_cost: float = 0.0
    release_cost: float = 0.0
    failures: list[str] = field(default_factory=list)
    memory: float = 0.0
    generator: float = 0.0
    after: list[float] = field(default_factory=list)
    """Releases after a replica was killed."""
    back: list[float] = field(default_factory=list)
    others: int = 0
    """How many of those who are back see something else than their hand left."""


# ---- servers -------------------------------------------------------------------------------------


def descendants(process: int) -> list[int]:
    """Processes that this one started, and those that they did."""
    children: list[int] = []
    for task in Path(f"/proc/{process}/task").glob("*/children"):
        children += map(int, task.read_text().split())
    return children + [other for child in children for other in descendants(child)]


def servers() -> list[int]:
    """The app's processes."""
    found = []
    for process in descendants(os.getpid()):
        if b"streamlit\0run" in Path(f"/proc/{process}/cmdline").read_bytes():
            found.append(process)
    return found


def memory_of(processes: Sequence[int]) -> float:
    """What they hold in memory, in MB."""
    pages = [int(Path(f"/proc/{one}/statm").read_text().split()[1]) for one in processes]
    return sum(pages) * os.sysconf("SC_PAGE_SIZE") / 1e6


def processor_of(processes: Sequence[int]) -> float:
    """How long they have computed, in s."""
    stats = [Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split() for one in processes]
    return sum(int(stat[11]) + int(stat[12]) for stat in stats) / os.sysconf("SC_CLK_TCK")


# ---- what the class does -------------------------------------------------------------------------


async def timed(action: Awaitable[None], seconds: float, failures: list[str]) -> float | None:
    """Return how long it took; None and one more failure if it was lost or took too long."""
    start = time.perf_counter()
    try:
        await asyncio.wait_for(action, seconds)
    except LOST as error:
        failures.append(f"{type(error).__name__}: {error}")
        return None
    return time.perf_counter() - start


async def join(students: Sequence[Student], row: Row, seen: Seen) -> list[Student]:
    """Let all come in at once; return those who are in."""
    times = await asyncio.gather(
        *(
            timed(student.join(has_stage=not row.is_bare), JOIN_SECONDS, seen.failures)
            for student in students
        )
    )
    seen.joined = [one for one in times if one is not None]
    return [student for student, one in zip(students, times, strict=True) if one is not None]


async def let_go(student: Student, row: Row, first: float, end: float, seen: Seen) -> None:
    """Let a handle go every so often until the end."""
    due = first
    while due < end:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        late = time.perf_counter() - due
        took = await timed(student.release(), max(1.0, ANSWER_SECONDS - late), seen.failures)
        if took is None:
            return
        seen.releases.append(late + took)
        seen.served += 1
        due += row.every


async def let_go_on_time(students: Sequence[Student], row: Row, seen: Seen) -> None:
    """Let every student let go on its own timetable."""
    start = time.perf_counter()
    firsts = [start + row.every * number / len(students) for number in range(len(students))]
    await asyncio.gather(
        *(
            let_go(student, row, first, start + row.seconds, seen)
            for student, first in zip(students, firsts, strict=True)
        )
    )


async def let_go_at_once(students: Sequence[Student], row: Row, seen: Seen) -> None:
    """Let every student let go again as soon as it is answered, and the last be answered, too."""
    start = time.perf_counter()
    end = start + max(3.0, row.seconds / 3)
    served_at: list[float] = []

    async def go_on(student: Student) -> None:
        while time.perf_counter() < end:
            if await timed(student.release(), ANSWER_SECONDS, seen.failures) is None:
                return
            served_at.append(time.perf_counter())

    await asyncio.gather(*map(go_on, students))
    seen.served += len(served_at)
    seen.at_most = len(served_at) / (max(served_at) - start) if served_at else 0.0


async def attend(url: str, row: Row, do: Callable[..., Awaitable[None]]) -> Seen:
    """Let a class come in, do something, and go."""
    seen = Seen()
    path = "" if row.is_bare else row.page.removeprefix("/")
    students = [Student(url, path, number) for number in range(row.clients)]
    teachers = [Student(url, path, row.clients + n) for n in range(max(1, row.replicas))]
    for teacher in teachers:
        first = await timed(teacher.join(has_stage=not row.is_bare), JOIN_SECONDS, seen.failures)
        seen.first = max(seen.first, first or JOIN_SECONDS)
    own, start = time.process_time(), time.perf_counter()
    memory, processor = memory_of(servers()), processor_of(servers())
    inside = await join(students, row, seen)
    seen.memory = (memory_of(servers()) - memory) / row.clients
    seen.join_cost = (processor_of(servers()) - processor) / row.clients
    if inside:
        await do(inside, row, seen)
    seen.generator = (time.process_time() - own) / (time.perf_counter() - start)
    await asyncio.gather(*(student.leave() for student in [*teachers, *students]))
    for failure in sorted(set(seen.failures)):
        print(f"{row}: {seen.failures.count(failure)} x {failure}", file=sys.stderr)
    return seen


async def lesson(students: Sequence[Student], row: Row, seen: Seen) -> None:
    """Let go on time, then at once."""
    processor = processor_of(servers())
    await let_go_on_time(students, row, seen)
    await let_go_at_once([one for one in students if not one.is_lost], row, seen)
    if seen.served:
        seen.release_cost = (processor_of(servers()) - processor) / seen.served


async def lose_one(students: Sequence[Student], row: Row, seen: Seen) -> None:
    """Let go on time; in the middle one replica is killed, and its students come back."""
    start = time.perf_counter()
    middle, end = start + row.seconds / 2, start + row.seconds

    async def go_on(student: Student, due: float) -> None:
        while due < end:
            await student.rest(due - time.perf_counter())
            if not student.is_lost:
                late = max(0.0, time.perf_counter() - due)
                took = await timed(student.release(), ANSWER_SECONDS, lost)
                if took is not None:
                    (seen.after if due > middle else seen.releases).append(late + took)
                    due += row.every
                    continue
            took = await timed(student.come_back(), JOIN_SECONDS, seen.failures)
            if took is None:
                return
            seen.back.append(took)
            seen.others += student.wanted is not None and student.shown != student.wanted[1]

    lost: list[str] = []
    killer = asyncio.get_running_loop().call_later(row.seconds / 2, kill_one)
    firsts = [start + row.every * number / len(students) for number in range(len(students))]
    await asyncio.gather(*map(go_on, students, firsts))
    killer.cancel()


def kill_one() -> None:
    """Kill a process of the app, as a crash would."""
    os.kill(servers()[0], signal.SIGKILL)


# ---- tables --------------------------------------------------------------------------------------


def milliseconds(times: Sequence[float], percent: float) -> str:
    """Return a percentile as it is written."""
    return f"{1000 * percentile(times, percent):.0f}" if times else "–"


HEADER = (
    "page",
    "students",
    "replicas",
    "first, s",
    "all in, s",
    "half in, s",
    "failed",
    "MB a student",
    "releases/s asked for",
    "served, ms p50 / p95",
    "at most, releases/s",
    "processor, ms a join / a release",
    "generator, cores",
)


def cells(row: Row, seen: Seen) -> list[str]:
    """Write a row of the table."""
    joined = seen.joined
    return [
        row.page if row.is_bare else f"`{row.page}`",
        str(row.clients),
        str(row.replicas) if row.replicas else "–",
        f"{seen.first:.2f}",
        f"{max(joined):.2f}" if joined else "–",
        f"{statistics.median(joined):.2f}" if joined else "–",
        f"**{len(seen.failures)}**" if seen.failures else "0",
        f"{seen.memory:.1f}",
        f"{row.clients / row.every:g}",
        f"{milliseconds(seen.releases, 50)} / {milliseconds(seen.releases, 95)}",
        f"{seen.at_most:.1f}",
        f"{1000 * seen.join_cost:.0f} / {1000 * seen.release_cost:.0f}",
        f"{seen.generator:.2f}",
    ]


HEADER_OF_KILLED = (
    "page",
    "students",
    "replicas",
    "lost",
    "back, s p50 / last",
    "not back",
    "back with another picture",
    "served before, ms p50 / p95",
    "served after",
)


def cells_of_killed(row: Row, seen: Seen) -> list[str]:
    """Write a row of the table of what was killed."""
    return [
        f"`{row.page}`",
        str(row.clients),
        str(row.replicas),
        str(len(seen.back) + len(seen.failures)),
        f"{statistics.median(seen.back):.2f} / {max(seen.back):.2f}" if seen.back else "–",
        f"**{len(seen.failures)}**" if seen.failures else "0",
        f"**{seen.others}**" if seen.others else "0",
        f"{milliseconds(seen.releases, 50)} / {milliseconds(seen.releases, 95)}",
        f"{milliseconds(seen.after, 50)} / {milliseconds(seen.after, 95)}",
    ]


def rows_of(options: argparse.Namespace) -> list[Row]:
    """Return what is to be measured, page by page, the bare one first."""
    known = [f"/{one.path}" for one in lessons().values() if one.part or not one.path]
    wanted = [f"/{name.removeprefix('/')}" for name in options.lessons] or known
    if unknown := set(wanted) - set(known):
        raise SystemExit(f"no lesson {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    return [
        Row(page, clients, replicas, options.seconds, options.every)
        for page in (BARE, *wanted)
        for clients in options.clients
        for replicas in ([0] if page == BARE else options.replicas)
    ]


def run(options: argparse.Namespace) -> str:
    """Measure every row; return the section of ``RESULTS.md``."""
    about = machine()
    measured, killed = [], []
    for row in rows_of(options):
        script = APPS / "chart.py" if row.is_bare else ROOT / "app.py"
        with serve(script, row.replicas) as url:
            measured.append(cells(row, asyncio.run(attend(url, row, lesson))))
        print(f"| {' | '.join(measured[-1])} |", file=sys.stderr)
        if row.replicas > 1:
            with serve(script, row.replicas) as url:
                killed.append(cells_of_killed(row, asyncio.run(attend(url, row, lose_one))))
            print(f"| {' | '.join(killed[-1])} |", file=sys.stderr)
    told = ["## A whole class", "", f"{about}.", "", table(HEADER, measured)]
    if killed:
        told += ["", "One replica killed in the middle:", "", table(HEADER_OF_KILLED, killed)]
    return "\n".join(told)


def main() -> None:
    """Print the section of ``RESULTS.md``."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lessons", nargs="*", default=[], help="paths; all if none is given")
    parser.add_argument("--clients", nargs="*", type=int, default=[20, 100, 300])
    parser.add_argument("--replicas", nargs="*", type=int, default=[0], help="0: without HAProxy")
    parser.add_argument("--seconds", type=float, default=20.0, help="of releases in each row")
    parser.add_argument("--every", type=float, default=5.0, help="seconds between a student's own")
    print(run(parser.parse_args()))


if __name__ == "__main__":
    main()
