"""The words of the linear classifier: its derivation and its code say what the run computed."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from core.learning.datasets import nine_points
from core.learning.history import DivergenceError, Recipe
from core.learning.models import LinearClassifier
from core.learning.objective import Objective
from core.learning.published_runs import published_classifier
from core.losses.hinge import HINGE_VARIANTS
from pages.linear_classifier import LinearClassifierState
from pages.linear_classifier.code import snippet
from pages.linear_classifier.why import Step, derivation, step_of
from pages.ui.learning.presets import preset_run
from pages.ui.learning.runs import Run, trained_run
from pages.ui.learning.setups import setup
from pages.ui.state.scenes import UNKNOWN, scenes_of
from pages.ui.text import LANGUAGES, text_in
from tests.apptest import run as run_code
from tests.scenes import guided

NINE = nine_points()


def pair(
    state: LinearClassifierState, steps: int, start: LinearClassifier | None = None
) -> tuple[Run, Run]:
    """Both runs, SVM and softmax, so far."""
    svm, softmax = (
        trained_run(setup(state, loss, start=start), steps) for loss in ("hinge", "cross_entropy")
    )
    return svm, softmax


def printed(lines: list[str]) -> tuple[dict[str, float], dict[str, float]]:
    """The numbers by name, of the SVM and of softmax."""
    found: list[dict[str, float]] = []
    for line in lines:
        if re.match(r"(SVM|softmax), step", line):
            found.append({"step": float(line.split()[-1])})
        elif match := re.match(r"([a-z ]+?)  +(\S+)$", line):
            found[-1][match[1]] = float(match[2])
    svm, softmax = found
    return svm, softmax


STATES = {
    "nine points": LinearClassifierState(),
    "no penalty": replace(LinearClassifierState(), strength=0.0, learning_rate=1.0, trained=30),
    "L1": replace(LinearClassifierState(), penalty="l1", margin=2.0),
    "elastic, half": replace(
        LinearClassifierState(), penalty="elastic", mixing=0.3, half=1, power=2
    ),
    "Crammer-Singer": replace(LinearClassifierState(), variant="crammer_singer", seed=4),
    "one against all": replace(
        LinearClassifierState(), variant="one_vs_all", strength=0.0, power=2, learning_rate=0.05
    ),
    "momentum": replace(
        LinearClassifierState(), optimizer="momentum", momentum=0.5, batch_size=4, rate_decay=0.9
    ),
    "Adam": replace(
        LinearClassifierState(), optimizer="adam", batch_size=2, sampling="with_replacement"
    ),
    "one point a step": replace(LinearClassifierState(), batch_size=1, seed=7),
    "blobs": replace(LinearClassifierState(), data="blobs", samples=7, noise=0.5, draw=3),
    "the published spiral": replace(LinearClassifierState(), data="published_spiral"),
    "own points": replace(
        LinearClassifierState(), data="own", points=((0.0, 1.0, 1), (1.0, 0.5, 0), (-1.0, 2.0, 1))
    ),
    "an earlier step": replace(LinearClassifierState(), at=17),
}


@pytest.mark.parametrize("name", STATES)
def test_the_code_prints_the_losses_on_screen(name) -> None:
    state = STATES[name]
    runs = pair(state, 60)
    lines = run_code(snippet(state, *runs))
    for told, run in zip(printed(lines), runs, strict=True):
        record = run.records[run.record_at(state.at)]
        assert told.pop("step") == record.step
        expected = {
            "data loss": record.data_loss,
            "penalty": record.penalty,
            "total loss": record.total,
            "accuracy in percent": 100 * record.accuracy,
        }
        assert told == pytest.approx(expected, abs=6e-5)
        weights = np.vstack([record.parameters["W1"], record.parameters["b1"]]).T
        assert str(weights).splitlines()[0] in "\n".join(lines)


def test_the_code_starts_at_the_published_state() -> None:
    state = replace(LinearClassifierState(), start="demo", trained=0)
    runs = pair(state, 0, published_classifier())
    told, _ = printed(run_code(snippet(state, *runs)))
    rounded = [f"{told[key]:.2f}" for key in ("data loss", "penalty", "total loss")]
    assert rounded == ["0.64", "1.93", "2.57"]


def test_the_code_of_a_run_that_diverged_goes_as_far_as_the_run() -> None:
    state = replace(
        LinearClassifierState(),
        learning_rate=12.0,
        momentum=0.0,
        optimizer="momentum",
        trained=2000,
    )
    runs = pair(state, 2000)
    assert all(run.problem is not None for run in runs)
    source = snippet(state, *runs)
    last = [run.records[-1].step for run in runs]
    assert f'(("SVM", svm, {last[0]}), ("softmax", softmax, {last[1]}))' in source
    # A step before numbers are too large to be squared.
    early = replace(state, at=300)
    for told, run in zip(printed(run_code(snippet(early, *runs))), runs, strict=True):
        record = run.records[run.record_at(300)]
        assert told["step"] == record.step
        assert told["total loss"] == pytest.approx(record.total, rel=5e-4)


def matrix(values: np.ndarray) -> str:
    rows = [" & ".join(f"{value:.4f}" for value in row) for row in values.tolist()]
    return r"\begin{pmatrix} " + r" \\ ".join(rows) + r" \end{pmatrix}"


def row(values: np.ndarray) -> str:
    return r",\; ".join(f"{value:.4f}" for value in values.tolist())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_derivation_has_the_present_numbers(language) -> None:
    t = text_in(language)
    start = published_classifier()
    softmax_start = start.with_objective(Objective(l2=0.1))
    every = np.arange(9)
    recipe = Recipe(learning_rate=0.1)
    written = derivation(
        NINE, Step(0, start, every, 0.1), Step(0, softmax_start, every, 0.1), recipe, t
    )
    assert "[[" not in written
    # By hand, on plain arrays.
    X, y = NINE.points, NINE.labels
    W, b = start.W1, start.b1
    scores = X @ W + b
    p = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    losses = -np.log(p[every, y])
    worst = int(losses.argmax())
    assert f"{worst + 1}" in written
    assert r"x = (-0.4,\; -0.5)" in written
    assert X[worst].tolist() == [-0.4, -0.5]
    assert f"({row(scores[worst])})" in written
    margins = np.maximum(0, scores - scores[every, y][:, None] + 1)
    margins[every, y] = 0
    true = scores[worst, y[worst]]
    led = f"({true:.4f})" if true < 0 else f"{true:.4f}"
    terms = [rf"\max(0, {scores[worst, k]:.4f} - {led} + 1)" for k in range(3) if k != y[worst]]
    assert f"{' + '.join(terms)} = {margins[worst].sum():.4f}" in written
    assert rf"-\ln {p[worst, y[worst]]:.4f} = {losses[worst]:.4f}" in written
    assert f"${margins.sum(axis=1).mean():.4f}$" in written
    assert f"${losses.mean():.4f}$" in written
    svm_slope = (margins > 0).astype(float)
    svm_slope[every, y] = -svm_slope.sum(axis=1)
    soft_slope = p - np.eye(3)[y]
    assert rf"\tfrac{{1}}{{9}} ({row(svm_slope[worst])}) = ({row(svm_slope[worst] / 9)})" in written
    for slope in (svm_slope / 9, soft_slope / 9):
        dW = X.T @ slope
        assert matrix(dW) in written
        assert f"({row(slope.sum(axis=0) + 0.0)})" in written
        total = dW + 0.2 * W
        assert f"{matrix(W)} - 0.1 {matrix(total)} = {matrix(W - 0.1 * total)}" in written
    assert matrix(0.2 * W) in written
    assert f"R = {0.1 * (W**2).sum():.4f}" in written
    assert r"0.1 \sum W_{kj}^2" in written


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", STATES)
def test_the_derivation_fits_every_setting(name, language) -> None:
    state, t = STATES[name], text_in(language)
    runs = pair(state, 40)
    svm, softmax = (step_of(run, state.at) for run in runs)
    data, recipe = runs[0].setup.train, runs[0].setup.recipe
    written = derivation(data, svm, softmax, recipe, t)
    assert "[[" not in written
    assert "nan" not in written
    assert written.count("$$") % 2 == 0
    is_mini = t("linear_classifier.mini_batch", count=len(svm.batch), size=data.size) in written
    assert is_mini == (len(svm.batch) < data.size)
    # The last step has no successor, but plain gradient descent needs none.
    updates = re.findall(
        r"\\text\{(?:SVM|softmax):\}\\quad \\begin\{pmatrix\}.* = \\begin", written
    )
    is_known = recipe.optimizer == "sgd" or state.at is not None
    assert len(updates) == (2 if is_known else 0)


def test_an_update_with_a_memory_is_the_next_record() -> None:
    state = replace(LinearClassifierState(), optimizer="momentum", at=10)
    runs = pair(state, 40)
    svm, softmax = (step_of(run, 10) for run in runs)
    written = derivation(NINE, svm, softmax, runs[0].setup.recipe, text_in("en"))
    records = runs[0].records
    before, after = records[10].parameters["W1"], records[11].parameters["W1"]
    assert f"{matrix(before)} + {matrix(after - before)} = {matrix(after)}" in written


def test_where_a_step_leads_is_known_only_of_neighbouring_records() -> None:
    svm, _ = pair(replace(LinearClassifierState(), optimizer="momentum"), 300)
    assert [record.step for record in svm.records[:3]] == [0, 2, 4]
    assert (step_of(svm, 101).number, step_of(svm, 101).after) == (100, None)
    svm, _ = pair(replace(LinearClassifierState(), optimizer="momentum"), 150)
    after = step_of(svm, 100).after
    assert after is svm.records[101].parameters["W1"]


def test_long_sums_and_wide_matrices_are_shortened() -> None:
    points = tuple((0.1 * k, -0.2 * k, k % 8) for k in range(40))
    state = replace(LinearClassifierState(), points=points)
    runs = pair(state, 5)
    svm, softmax = (step_of(run, None) for run in runs)
    written = derivation(runs[0].setup.train, svm, softmax, runs[0].setup.recipe, text_in("en"))
    assert r"& \cdots &" in written
    assert r" + \cdots + " in written


@pytest.mark.parametrize("variant", HINGE_VARIANTS)
def test_each_variant_has_its_sentence(variant) -> None:
    state = replace(LinearClassifierState(), variant=variant)
    runs = pair(state, 3)
    svm, softmax = (step_of(run, None) for run in runs)
    written = derivation(NINE, svm, softmax, runs[0].setup.recipe, text_in("en"))
    sentence = {
        "weston_watkins": "adds up what is missing of the margin for every wrong class",
        "crammer_singer": "what is missing of the margin for the worst wrong class",
        "one_vs_all": "judges every class by itself",
    }
    assert [name for name, words in sentence.items() if words in written] == [variant]


class TestTheNumbersOfTheScenes:
    """What the scenes tell of is what the runs do."""

    def said(self, scene: str, **numbers: str) -> None:
        """The numbers that a scene's texts are filled with, once it is answered."""
        names = [known.name for known in scenes_of(LinearClassifierState)]
        is_asked = scenes_of(LinearClassifierState)[names.index(scene)].ask is not None
        guess = UNKNOWN if is_asked else None
        _, guide, _ = guided("linear_classifier", names.index(scene) + 1, guess)
        words = guide.after.words if is_asked else guide.before.words
        assert {name: words[name] for name in numbers} == numbers

    def test_without_a_penalty_the_svm_stops_and_softmax_does_not(self) -> None:
        svm, softmax = pair(replace(LinearClassifierState(), strength=0.0), 200)
        losses = [record.data_loss for record in svm.records]
        assert losses.index(0.0) == 142
        assert set(losses[142:]) == {0.0}
        assert (svm.records[142].parameters["W1"] == svm.records[200].parameters["W1"]).all()
        assert f"{softmax.records[200].data_loss:.4f}" == "0.3053"
        for steps, loss in ((1000, "0.0782"), (2000, "0.0417")):
            assert f"{trained_run(softmax.setup, steps).records[-1].data_loss:.4f}" == loss
        self.said("zero", softmax_data="0.3053", svm_data="0")
        self.said("halving", softmax_data="0.0417")

    def test_a_point_among_another_class_cannot_be_parted(self) -> None:
        points = [
            (*point, label)
            for point, label in zip(NINE.points.tolist(), NINE.labels.tolist(), strict=True)
        ]
        points[0] = (0.2, -0.5, 0)
        state = replace(
            LinearClassifierState(), points=tuple(points), strength=0.0, learning_rate=1.0
        )
        svm, softmax = pair(state, 5000)
        assert min(record.data_loss for record in svm.records) > 0.1
        assert softmax.records[-1].accuracy < 1

    def test_a_strong_penalty_makes_the_arrows_short(self) -> None:
        for run, loss, at_zero in zip(
            pair(replace(LinearClassifierState(), strength=1.0), 200),
            ("1.4285", "1.0390"),
            (2.0, np.log(3)),
            strict=True,
        ):
            last = run.records[-1]
            assert f"{last.data_loss:.4f}" == loss
            assert last.accuracy == 1.0
            zero = run.model.with_parameters({"W1": np.zeros((2, 3)), "b1": np.zeros(3)})
            assert zero.loss(NINE.points, NINE.labels).data_loss == pytest.approx(at_zero)
        self.said("order", svm_data="1.4285", softmax_data="1.039", svm_accuracy="100")
        self.said("pull", svm_data="1.4285", svm_total="1.7143")

    def test_large_steps_jump_and_larger_ones_diverge(self) -> None:
        svm, softmax = pair(replace(LinearClassifierState(), learning_rate=2.0), 200)
        assert f"{softmax.records[-1].total:.4f}" == "0.8763"
        late = [record.total for record in svm.records[100:]]
        assert (f"{min(late):.2f}", f"{max(late):.2f}") == ("1.17", "1.50")
        runs = pair(replace(LinearClassifierState(), learning_rate=20.0), 400)
        assert [run.problem.step for run in runs if isinstance(run.problem, DivergenceError)] == [
            322,
            323,
        ]
        self.said("step", softmax_total="0.8763", svm_total="1.2226")

    def test_the_published_state_and_its_gradient(self) -> None:
        model = published_classifier()
        loss = model.loss(NINE.points, NINE.labels)
        assert (
            f"{loss.data_loss:.2f} + {loss.penalty:.2f} = {loss.total:.2f}" == "0.64 + 1.93 = 2.57"
        )
        pull = model.objective.penalty(model.W1).gradient
        assert (model.W1[0, 0], round(pull[0, 0], 3), round(pull[0, 0] / 4, 3)) == (
            2.06,
            0.412,
            0.103,
        )
        self.said("weights", svm_data="0.6446", svm_penalty="1.9255", svm_total="2.57")

    def test_what_no_line_can_part(self) -> None:
        for run in pair(replace(LinearClassifierState(), data="circles"), 300):
            accuracies = [record.accuracy for record in run.records]
            assert 0.4 < min(accuracies) < max(accuracies) < 0.6
        state = preset_run("spiral_classifier", LinearClassifierState())
        assert state.trained is not None
        softmax = pair(state, state.trained)[1].records[-1]
        assert f"{softmax.total:.2f}, {softmax.accuracy:.0%}" == "0.79, 49%"
        self.said("circles", softmax_accuracy="51.7")
