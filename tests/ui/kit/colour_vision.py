"""How different two colours are to the eye, also to an eye without one kind of its cones."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from tests.browser.server import ROOT

# Of full strength: G. Machado, M. Oliveira, L. Fernandes, "A Physiologically-based Model for
# Simulation of Color Vision Deficiency", 2009, for linear RGB.
VISIONS = {
    "usual": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
WHITE = np.array([0.95047, 1.0, 1.08883])


def linear(color: str) -> NDArray[np.float64]:
    """The light of an sRGB colour such as "#0072B2"."""
    channels = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def contrast(first: str, second: str) -> float:
    """WCAG's ratio, from 1 to 21."""
    dark, light = sorted(float(XYZ[1] @ linear(color)) for color in (first, second))
    return (light + 0.05) / (dark + 0.05)


def lab(color: str, vision: str = "usual") -> tuple[float, float, float]:
    """CIELAB of a colour as an eye sees it."""
    shares = XYZ @ np.clip(VISIONS[vision] @ linear(color), 0, 1) / WHITE
    x, y, z = np.where(
        shares > (6 / 29) ** 3, np.cbrt(shares), shares / (3 * (6 / 29) ** 2) + 4 / 29
    )
    return (116 * y - 16, 500 * (x - y), 200 * (y - z))


def ciede2000(first: tuple[float, float, float], second: tuple[float, float, float]) -> float:
    """CIE 142-2001, written as G. Sharma, W. Wu and E. Dalal do, 2005."""
    (l1, a1, b1), (l2, a2, b2) = first, second
    mean = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    stretch = 1 + 0.5 * (1 - np.sqrt(mean**7 / (mean**7 + 25.0**7)))
    a1, a2 = a1 * stretch, a2 * stretch
    c1, c2 = np.hypot(a1, b1), np.hypot(a2, b2)
    h1, h2 = np.degrees(np.arctan2(b1, a1)) % 360, np.degrees(np.arctan2(b2, a2)) % 360
    turn = (h2 - h1 + 180) % 360 - 180 if c1 * c2 else 0.0
    hue = h1 + turn / 2 if c1 * c2 else h1 + h2
    lightness, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    t = (
        1
        - 0.17 * np.cos(np.radians(hue - 30))
        + 0.24 * np.cos(np.radians(2 * hue))
        + 0.32 * np.cos(np.radians(3 * hue + 6))
        - 0.20 * np.cos(np.radians(4 * hue - 63))
    )
    dl = (l2 - l1) / (1 + 0.015 * (lightness - 50) ** 2 / np.sqrt(20 + (lightness - 50) ** 2))
    dc = (c2 - c1) / (1 + 0.045 * chroma)
    dh = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2)) / (1 + 0.015 * chroma * t)
    distance = ((hue % 360) - 275) / 25
    rotation = (
        -2
        * np.sqrt(chroma**7 / (chroma**7 + 25.0**7))
        * np.sin(np.radians(60 * np.exp(-(distance**2))))
    )
    return float(np.sqrt(dl**2 + dc**2 + dh**2 + rotation * dc * dh))


def difference(first: str, second: str) -> float:
    """The least difference that any of the eyes sees."""
    return min(ciede2000(lab(first, vision), lab(second, vision)) for vision in VISIONS)


def stage_colors(theme: str) -> dict[str, str]:
    """The colours that the stage's style sheet names in a theme."""
    css = (ROOT / "pages/ui/stage/stage.css").read_text(encoding="utf-8")
    block = css.partition(f'.stage[data-theme="{theme}"] {{')[2].partition("}")[0]
    return dict(re.findall(r"(--[\w-]+): (#[0-9a-f]{6});", block))
