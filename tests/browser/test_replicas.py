"""Several processes: one is killed, and its students go on with another."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.hand import centre, open_stage, readouts, settle, until, value
from tests.browser.replicas import Replicas

LESSON = "/svm-against-softmax"

COUNT_CONNECTIONS_AND_RUNS = """
  window.connections = 0;
  window.runs = 0;
  window.WebSocket = class extends WebSocket {
    constructor(...given) {
      super(...given);
      this.addEventListener("open", () => (window.connections += 1));
    }
  };
  new MutationObserver(() => {
    const running = document.querySelector('[data-test-script-state="running"]');
    window.runs += running === null ? 0 : 1;
  }).observe(document, { subtree: true, attributeFilter: ["data-test-script-state"] });
"""


@pytest.fixture(scope="module")
def replicas(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replicas]:
    with Replicas(2, tmp_path_factory.mktemp("replicas")) as running:
        yield running


@pytest.fixture(scope="module")
def student(browser: Browser) -> Iterator[Page]:
    """A page whose connection may be lost: that is no fault, as it is on the other pages."""
    page = browser.new_page(viewport={"width": 1366, "height": 900}, locale="en-US")
    page.add_init_script(COUNT_CONNECTIONS_AND_RUNS)
    yield page
    page.context.close()


def replica_of(page: Page) -> int:
    """The replica that the page stays with."""
    cookies = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    return int(cookies["LOGIT_LAB_REPLICA"])


def test_an_upload_goes_where_its_student_is(student: Page, replicas: Replicas) -> None:
    open_stage(student, f"{replicas.url}/batch-lab")
    upload(student)


def upload(page: Page) -> None:
    """Load five samples in the batch lab."""
    rows = "".join(f"{number},{number + 1},b\n" for number in range(5))
    page.locator(".st-key-settings summary").click()
    page.get_by_role("tab", name="File").click()
    page.locator("input[type=file]").set_input_files(
        {"name": "scores.csv", "mimeType": "text/csv", "buffer": f"a,b,label\n{rows}".encode()}
    )
    until(page, lambda: page.get_by_text("5 samples").count() > 0, 60)


def lose(page: Page, replicas: Replicas) -> int:
    """Kill the replica that the page stays with."""
    number = replica_of(page)
    replicas.kill(number)
    return number


def test_an_upload_that_died_with_its_replica_is_missed(student: Page, replicas: Replicas) -> None:
    open_stage(student, f"{replicas.url}/batch-lab")
    upload(student)
    settle(student)
    lose(student, replicas)
    told = student.get_by_text("Your own table is no longer here")
    until(student, lambda: told.count() == 1, 60)
    until(student, lambda: readouts(student).get("hinge_mean") == "5.2667", 60)


def test_a_drag_goes_on_when_its_replica_is_killed(student: Page, replicas: Replicas) -> None:
    open_stage(student, replicas.url + LESSON)
    before = student.url
    x, y = centre(student, "score0")
    student.mouse.move(x, y)
    student.mouse.down()
    student.mouse.move(x, y - 20, steps=5)
    lost = lose(student, replicas)
    student.mouse.move(x, y - 60, steps=10)
    left = value(student, "score0")
    student.mouse.up()
    until(student, lambda: student.url != before, 60)
    settle(student)
    assert replica_of(student) != lost
    assert value(student, "score0") == left > 3.2
    assert student.evaluate("window.connections") >= 2  # the same page still: never reloaded
    shown = readouts(student)
    open_stage(student, student.url)
    assert (value(student, "score0"), readouts(student)) == (left, shown)


def test_a_click_counts_after_its_replica_was_killed(student: Page, replicas: Replicas) -> None:
    open_stage(student, f"{replicas.url}/softmax?z=1,2,3&y=0")
    runs = student.evaluate("window.runs")
    lose(student, replicas)
    until(student, lambda: student.evaluate("window.connections") >= 2, 60)
    # Until its script has run, the other replica knows no button of this page.
    until(student, lambda: student.evaluate("window.runs") > runs, 60)
    settle(student)
    student.locator(".st-key-settings summary").click()
    student.get_by_role("button", name="Reset", exact=True).click()
    until(student, lambda: value(student, "score0") == 3.2, 60)
