"""All prose and labels, in every language.

The texts that lessons share stand here: ``<language>/labels.toml`` by dotted key, any other
``<language>/<name>.toml`` by ``name.key``. A lesson has its own: ``<language>.toml`` by
``lesson.key``, and its prose in ``<language>.md``, each section under a line
``<!-- section: name -->``. What its scenes say stands in ``scenes.<language>.md``: each scene under
``# name: title`` as ``lesson.scene.name.title`` and ``.text``; then its parts, each under
``## part`` as ``.part``, or under ``## part: label`` as ``.part`` and ``.part_label``. Placeholders
are ``{name}`` in labels and ``[[name]]`` in prose, where LaTeX needs the braces.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

__all__ = ["LANGUAGES", "Text", "escape", "language_of", "text_in"]

LANGUAGES: Final[Mapping[str, str]] = {"en": "English", "zh": "简体中文"}
"""Every language by its code in the URL, named in itself."""

_SHARED = Path(__file__).parent
_LESSONS = Path(__file__).parents[2]
_SECTION = re.compile(r"^<!-- section: (\w+) -->$", flags=re.MULTILINE)
_SCENE = re.compile(r"^# (\w+): (.+)$", flags=re.MULTILINE)
_PART = re.compile(r"^## (\w+)(?:: (.+))?$", flags=re.MULTILINE)
_IN_LABELS = re.compile(r"\{(\w+)\}")
_IN_PROSE = re.compile(r"\[\[(\w+)\]\]")
_BETWEEN_HANZI = re.compile(r"(?<=[\u4e00-\u9fff])(\**) (\**)(?=[\u4e00-\u9fff])")


def escape(text: str) -> str:
    """Text that Markdown, Streamlit's directives and LaTeX show as it is."""
    return re.sub(r"([\\`*_{}\[\]()<>#+\-.!|~$:&])", r"\\\1", text)


def language_of(locale: str | None) -> str:
    """Best language for a browser's locale, such as ``zh-CN``; English if there is none."""
    code = (locale or "").replace("_", "-").split("-")[0].lower()
    return code if code in LANGUAGES else "en"


class Text:
    """All texts in one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        labels = {path.stem: path for path in sorted((_SHARED / language).glob("*.toml"))}
        labels |= {path.parent.name: path for path in sorted(_LESSONS.glob(f"*/{language}.toml"))}
        self._labels: dict[str, str] = {}
        for name, path in labels.items():
            prefix = "" if name == "labels" else f"{name}."
            self._labels.update(_flatten(tomllib.loads(path.read_text(encoding="utf-8")), prefix))
        prose = sorted(_LESSONS.glob(f"*/{language}.md"))
        self._prose = {path.parent.name: _sections(path) for path in prose}
        for path in sorted(_LESSONS.glob(f"*/scenes.{language}.md")):
            self._prose[path.parent.name] |= _scene_texts(path)

    def keys(self) -> set[str]:
        """Keys of all labels, and ``file.section`` of all prose."""
        prose = {f"{file}.{name}" for file, sections in self._prose.items() for name in sections}
        return prose | set(self._labels)

    def __contains__(self, key: str) -> bool:
        """Whether there is a label of this key."""
        return key in self._labels

    def raw(self, key: str) -> str:
        """Text with its placeholders; KeyError if there is none."""
        file, _, section = key.partition(".")
        if section in self._prose.get(file, {}):
            return self._prose[file][section]
        return self._labels[key]

    def __call__(self, key: str, **values: object) -> str:
        """Text with the given placeholders filled; the others stay, for the stage to fill.

        A class called in Chinese needs no blank beside Chinese words, as one in Latin letters does.
        """
        placeholder = _IN_LABELS if key in self._labels else _IN_PROSE
        filled = placeholder.sub(lambda found: str(values.get(found[1], found[0])), self.raw(key))
        return _BETWEEN_HANZI.sub(r"\1\2", filled)


def _flatten(table: Mapping[str, object], prefix: str = "") -> list[tuple[str, str]]:
    entries: list[tuple[str, str]] = []
    for key, value in table.items():
        if isinstance(value, dict):
            entries += _flatten(value, f"{prefix}{key}.")
        else:
            entries.append((f"{prefix}{key}", str(value)))
    return entries


def _sections(path: Path) -> dict[str, str]:
    _, *parts = _SECTION.split(path.read_text(encoding="utf-8"))
    return {name: body.strip() for name, body in zip(parts[::2], parts[1::2], strict=True)}


def _scene_texts(path: Path) -> dict[str, str]:
    _, *scenes = _SCENE.split(path.read_text(encoding="utf-8"))
    texts: dict[str, str] = {}
    for name, title, body in zip(scenes[::3], scenes[1::3], scenes[2::3], strict=True):
        text, *parts = _PART.split(body)
        told = {"title": title, "text": text}
        for part, label, said in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
            told |= {part: said} if label is None else {part: said, f"{part}_label": label}
        texts |= {f"scene.{name}.{part}": said.strip() for part, said in told.items()}
    return texts


@cache
def text_in(language: str) -> Text:
    """All texts in a language, read once."""
    return Text(language)
