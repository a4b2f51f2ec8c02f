"""Interactive network pictures for notebooks: the only module that knows pyvis.

pyvis 0.3.2 asks a content network for Bootstrap even when told to be self-contained, writes its heading raw, and turns every
tooltip into markup when one of them holds the word ``href``. So here: positions are set, physics is off, texts are plain,
what would be asked of another host is taken out, and the page is shown in a sandboxed frame that has no access to the notebook.
"""

from __future__ import annotations

import html
import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pyvis.network import Network

from graph.vocabulary import kind_label

if TYPE_CHECKING:
    from queries.neighbourhood import NeighbourhoodAnswer
    from queries.paths import PathAnswer

_WIDE: Final = 900.0
MOST_NODES: Final = 400
"""More entities than this are a ball, not a picture; the nearest are drawn and the rest is said in words."""

_ROOM: Final = 120.0
"""Pixels along a ring that an entity and its name take."""
_Shape = tuple[str, str, dict[str, object], str]
SHAPES: Final[dict[str, _Shape]] = {
    "organisation": ("dot", "#0072b2", {}, "circle"),
    "network": ("diamond", "#e69f00", {}, "diamond"),
    "mechanism": ("square", "#009e73", {}, "square"),
    "product": ("triangle", "#cc79a7", {}, "triangle"),
    "product_class": ("triangleDown", "#cc79a7", {}, "triangle on its head"),
    "pathogen": ("star", "#d55e00", {}, "star"),
    "country": ("hexagon", "#56b4e9", {}, "hexagon"),
    "region": ("ellipse", "#cfe8f7", {}, "ellipse"),
    "value_chain": ("database", "#d9d4a0", {}, "drum"),
    "instrument": ("box", "#f7f0a8", {"borderRadius": 0}, "box"),
    "event": ("box", "#e8dcc4", {"borderRadius": 14}, "box with round corners"),
    "facility": ("box", "#ffffff", {"borderDashes": [5, 4]}, "box with a dashed line"),
}
"""A shape of its own for each kind, with its colour, what sets one box apart from another, and how the legend calls it."""
_OTHER: Final[_Shape] = ("dot", "#999999", {}, "grey circle")
_OUTSIDE = re.compile(
    r"<!--.*?-->|<center>.*?</center>|<link\b[^>]*\bhref=\"(?!data:)[^>]*>|<script\b[^>]*\bsrc=[^>]*>\s*</script>", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Node:
    """An entity in a picture: where it stands (pixels) and whether it is set off."""

    id: str
    name: str
    kind: str
    x: float
    y: float
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Arrow:
    """A link in a picture, with the text shown when it is pointed at."""

    start: str
    end: str
    label: str
    text: str
    bold: bool = False
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """One page that needs nothing from elsewhere. In a notebook it shows itself; ``save`` writes it as a file."""

    page: str
    caption: str
    height: int = 520
    legend: str = ""

    def _repr_html_(self) -> str:
        framed = html.escape(self.page, quote=True)
        caption = html.escape(self.caption)
        return (
            f'<figure style="margin:0"><iframe sandbox="allow-scripts" srcdoc="{framed}" title="{caption}" '
            f'style="width:100%;height:{self.height}px;border:1px solid #bbb"></iframe>'
            f"<figcaption>{caption}<br>{html.escape(self.legend)}</figcaption></figure>"
        )

    def save(self, path: Path) -> Path:
        """Write the page as UTF-8 and return where it lies."""
        path.write_text(self.page, encoding="utf-8")
        return path


def draw(nodes: Sequence[Node], arrows: Iterable[Arrow], caption: str, height: int = 520) -> Picture:
    """A picture of entities and links; beyond ``MOST_NODES`` entities the rest is left out and the caption says so."""
    shown = nodes[:MOST_NODES]
    if len(shown) < len(nodes):
        caption += f" Drawn: the first {len(shown)} of {len(nodes)} entities; narrow the question to see the others."
    network = Network(height=f"{height - 20}px", width="100%", directed=True, cdn_resources="in_line", heading="")
    for node in shown:
        shape, colour, properties, _ = SHAPES.get(node.kind, _OTHER)
        network.add_node(
            node.id,
            label=_plain(node.name),
            title=_plain(f"{node.name} ({kind_label(node.kind)}, {node.id})"),
            shape=shape,
            color=colour,
            x=node.x,
            y=node.y,
            physics=False,
            shapeProperties=properties,
            widthConstraint={"maximum": 130},
            borderWidth=4 if node.bold else 1,
            font={"size": 16 if node.bold else 14, "color": "#111111", "strokeWidth": 3, "strokeColor": "#ffffff"},
        )
    there = {node.id for node in shown}
    for arrow in arrows:
        if arrow.start in there and arrow.end in there:
            network.add_edge(
                arrow.start,
                arrow.end,
                label=_plain(arrow.label),
                title=_plain(arrow.text),
                width=4 if arrow.bold else 1,
                dashes=arrow.dashed,
                color="#111111" if arrow.bold else "#8a8a8a",
            )
    network.toggle_physics(False)
    return Picture(_alone(network.generate_html()), caption, height, _legend(shown))


def _legend(nodes: Sequence[Node]) -> str:
    """Which shape stands for which kind, of the kinds that are drawn, and how many there are of each."""
    counts = Counter(node.kind for node in nodes)
    known = [kind for kind in (*SHAPES, *sorted(counts.keys() - SHAPES.keys())) if counts[kind]]
    told = [f"{SHAPES.get(kind, _OTHER)[3]}: {kind_label(kind)} ({counts[kind]})" for kind in known]
    return f"Shapes: {'; '.join(told)}. Point at one for its full name; the wheel zooms." if told else ""


def path_picture(answer: PathAnswer, most: int = 3) -> Picture:
    """The best paths of an answer, one line each, from left to right; the best is bold, the weakest step of each is dashed."""
    shown = answer.results[:most]
    nodes: dict[str, Node] = {}
    firsts, lasts = ({path.ids[place] for path in shown} for place in (0, -1))
    arrows: dict[tuple[str, str], Arrow] = {}
    for line, path in enumerate(shown):
        y = (line - (len(shown) - 1) / 2) * 170 if len(shown) > 1 else 120.0
        first, last = path.steps[0], path.steps[-1]
        start_y, goal_y = (y if len(ends) > 1 else 0.0 for ends in (firsts, lasts))
        nodes.setdefault(first.from_id, Node(first.from_id, first.from_name, answer.start.kind, 0.0, start_y, True))
        nodes.setdefault(last.to_id, Node(last.to_id, last.to_name, answer.goal.kind, _WIDE, goal_y, True))
        for place, inner in enumerate(path.through, start=1):
            nodes.setdefault(inner.id, Node(inner.id, inner.name, inner.kind, _WIDE * place / len(path.steps), y))
        for place, step in enumerate(path.steps):
            texts = "\n".join(f"{said.sentence} [{said.source_name}, {said.locator}]" for said in step.statements)
            stated = step.statements[0]
            drawn = (stated.subject, stated.object or step.to_id)
            weak = place == path.weakest.step
            arrows.setdefault(drawn, Arrow(*drawn, step.predicate.replace("_", " "), texts, line == 0, weak))
    caption = (
        f"From {answer.start.name} to {answer.goal.name}, as of {answer.as_of}: the best {len(shown)} paths, the first drawn "
        "bold, the weakest step of each dashed."
    )
    return draw(list(nodes.values()), arrows.values(), caption if shown else answer.reason, 560)


def neighbourhood_picture(answer: NeighbourhoodAnswer) -> Picture:
    """An ego net: the centre in the middle, one ring a step, in the order of the answer; a ring has room for its names."""
    rings = Counter(node.distance for node in answer.nodes)
    radius = {0: 0.0}
    for distance in range(1, max(rings, default=0) + 1):
        radius[distance] = max(radius[distance - 1] + 1.5 * _ROOM, rings[distance] * _ROOM / (2 * math.pi))
    placed: Counter[int] = Counter()
    nodes: list[Node] = []
    for node in answer.nodes:
        # Every second ring is turned by half a place, so that a name is less often under another.
        angle = 2 * math.pi * (placed[node.distance] + node.distance % 2 / 2) / rings[node.distance]
        placed[node.distance] += 1
        x, y = radius[node.distance] * math.cos(angle), radius[node.distance] * math.sin(angle)
        nodes.append(Node(node.id, node.name, node.kind, round(x, 1), round(y, 1), node.distance == 0))
    arrows = [Arrow(link.from_id, link.to_id, "", link.predicate.replace("_", " ")) for link in answer.links]
    return draw(nodes, arrows, f"{len(nodes)} entities and {len(arrows)} links as of {answer.as_of}.", 900)


def _plain(text: str) -> str:
    """Text that pyvis shows as text: a word joiner inside ``href`` keeps its tooltips from becoming markup."""
    return re.sub("href", "hr\u2060ef", text, flags=re.IGNORECASE)


def _alone(page: str) -> str:
    """The page without anything that would be asked of another host, with a language and a title."""
    page = _OUTSIDE.sub("", page)
    return page.replace("<html>", '<!doctype html><html lang="en">', 1).replace("<head>", "<head><title>Network</title>", 1)
