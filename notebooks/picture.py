"""Interactive network pictures for notebooks: the only module that knows pyvis.

pyvis 0.3.2 asks a content network for Bootstrap even when told to be self-contained, writes its heading raw, and turns every
tooltip into markup when one of them holds the word ``href``. So here: positions are set, physics is off, texts are plain,
what would be asked of another host is taken out, and the page is shown in a sandboxed frame that has no access to the notebook.
"""

from __future__ import annotations

import html
import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from pyvis.network import Network

if TYPE_CHECKING:
    from queries.neighbourhood import NeighbourhoodAnswer
    from queries.paths import PathAnswer

_WIDE: Final = 900.0
MOST_NODES: Final = 400
"""More entities than this are a ball, not a picture; the nearest are drawn and the rest is said in words."""

SHAPES: Final = {
    "organisation": ("dot", "#0072b2", {}),
    "network": ("diamond", "#e69f00", {}),
    "mechanism": ("square", "#009e73", {}),
    "product": ("triangle", "#cc79a7", {}),
    "product_class": ("triangleDown", "#cc79a7", {}),
    "pathogen": ("star", "#d55e00", {}),
    "country": ("hexagon", "#56b4e9", {}),
    "region": ("ellipse", "#cfe8f7", {}),
    "value_chain": ("database", "#d9d4a0", {}),
    "instrument": ("box", "#f7f0a8", {"borderRadius": 0}),
    "event": ("box", "#e8dcc4", {"borderRadius": 14}),
    "facility": ("box", "#ffffff", {"borderDashes": [5, 4]}),
}
"""A shape of its own for each kind, with its colour and what sets one box apart from another."""
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

    def _repr_html_(self) -> str:
        framed = html.escape(self.page, quote=True)
        caption = html.escape(self.caption)
        return (
            f'<figure style="margin:0"><iframe sandbox="allow-scripts" srcdoc="{framed}" title="{caption}" '
            f'style="width:100%;height:{self.height}px;border:1px solid #bbb"></iframe>'
            f"<figcaption>{caption}</figcaption></figure>"
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
        shape, colour, properties = SHAPES.get(node.kind, ("dot", "#999999", {}))
        network.add_node(
            node.id,
            label=_plain(node.name),
            title=_plain(f"{node.name} ({node.kind}, {node.id})"),
            shape=shape,
            color=colour,
            x=node.x,
            y=node.y,
            physics=False,
            shapeProperties=properties,
            widthConstraint={"maximum": 150},
            borderWidth=4 if node.bold else 1,
            font={"size": 16 if node.bold else 13, "color": "#111111"},
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
    return Picture(_alone(network.generate_html()), caption, height)


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
    """An ego net: the centre in the middle, one ring a step, in the order of the answer."""
    rings: dict[int, int] = {}
    for node in answer.nodes:
        rings[node.distance] = rings.get(node.distance, 0) + 1
    placed: dict[int, int] = {}
    nodes: list[Node] = []
    for node in answer.nodes:
        place = placed[node.distance] = placed.get(node.distance, -1) + 1
        angle = 2 * math.pi * place / rings[node.distance]
        radius = node.distance * max(260.0, rings[node.distance] * 12.0)
        x, y = radius * math.cos(angle), radius * math.sin(angle)
        nodes.append(Node(node.id, node.name, node.kind, round(x, 1), round(y, 1), node.distance == 0))
    arrows = [Arrow(link.from_id, link.to_id, "", link.predicate.replace("_", " ")) for link in answer.links]
    return draw(nodes, arrows, f"{len(nodes)} entities and {len(arrows)} links as of {answer.as_of}.", 620)


def _plain(text: str) -> str:
    """Text that pyvis shows as text: a word joiner inside ``href`` keeps its tooltips from becoming markup."""
    return re.sub("href", "hr\u2060ef", text, flags=re.IGNORECASE)


def _alone(page: str) -> str:
    """The page without anything that would be asked of another host, with a language and a title."""
    page = _OUTSIDE.sub("", page)
    return page.replace("<html>", '<!doctype html><html lang="en">', 1).replace("<head>", "<head><title>Network</title>", 1)
