"""Published examples: what sources print, beside what Logit Lab computes."""

from pages.ui.lessons import Lesson

__all__ = ["LESSON"]

LESSON = Lesson("published_examples", path="published-examples", place=99, part=None)
