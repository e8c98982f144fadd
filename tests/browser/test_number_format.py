"""The browser writes every number as Python does, to the last character."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import numpy as np
from playwright.sync_api import Page

from pages.ui.stage import number_format
from tests.browser.server import ROOT
from tests.number_cases import TABLE, Case, random_cases

SCRIPT = (ROOT / "pages/ui/stage/number_format.js").read_text(encoding="utf-8")

# The numbers travel as bytes: JSON has neither NaN nor -0.
WRITE_ALL = """([script, calls, bytes]) => {
  const writers = new Function(`${script}
    return { fixed: formatFixed, significant: formatSignificant,
             compact: formatCompact, scientific: formatScientific };`)();
  const numbers = new Float64Array(Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0)).buffer);
  return calls.map(([style, places, options], i) => writers[style](numbers[i], places, options));
}"""


def written_by_the_browser(page: Page, cases: Sequence[Case]) -> list[str]:
    numbers = np.array([case.value for case in cases], dtype="<f8").tobytes()
    calls = [[case.style, case.places, case.options] for case in cases]
    return page.evaluate(WRITE_ALL, [SCRIPT, calls, base64.b64encode(numbers).decode()])


def test_the_table(page: Page) -> None:
    texts = written_by_the_browser(page, [case for case, _ in TABLE])
    assert list(zip((case for case, _ in TABLE), texts, strict=True)) == TABLE


def test_twenty_thousand_numbers(page: Page) -> None:
    cases = list(random_cases(20_000))
    texts = written_by_the_browser(page, cases)
    for case, text in zip(cases, texts, strict=True):
        style, value, places, options = case
        writer = getattr(number_format, f"format_{style}")
        assert text == writer(value, places, **options), case
