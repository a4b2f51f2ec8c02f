"""A second answer to the path question, from statements alone: networkx lists every simple path, the formula is written anew.

Nothing of ``queries`` is used here but the question's fields and the file of weights, read as plain YAML. Amounts are fractions
of a point. Slow on purpose: small graphs only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from importlib import resources
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import networkx as nx
import yaml

from graph.model import AsOf, Statement
from graph.vocabulary import vocabulary

if TYPE_CHECKING:
    from queries.paths import PathQuestion

Pair = frozenset[str]
WEIGHTS: Mapping[str, Any] = yaml.safe_load(resources.files("queries").joinpath("weights.yaml").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Joint:
    """What stands between two neighbours: the parts of its cost, its state, its statement ids with the main one first."""

    strength: Fraction
    evidence: Fraction
    recency: Fraction
    state: str
    statements: tuple[str, ...]

    @property
    def own(self) -> Fraction:
        return self.strength + self.evidence + self.recency


@dataclass(frozen=True)
class Way:
    """One path as the oracle has it."""

    ids: tuple[str, ...]
    score: Fraction
    parts: Mapping[str, Fraction]
    joints: tuple[Joint, ...]

    @property
    def order(self) -> tuple[Fraction, int, tuple[str, ...]]:
        return (-self.score, len(self.ids), self.ids)

    @property
    def weakest(self) -> int:
        return min(range(len(self.joints)), key=lambda place: (-self.joints[place].own, place))


def eighths(amount: Fraction) -> Fraction:
    """Rounded down to an eighth of a point."""
    return Fraction(amount * 8 // 1, 8)


def exact(number: float) -> Fraction:
    return Fraction(str(number))


class World:
    """The statements of a test on one as-of date."""

    def __init__(self, statements: Iterable[Statement], when: AsOf, weights: Mapping[str, Any] = WEIGHTS) -> None:
        self.statements = sorted({s.id: s for s in statements}.values(), key=lambda s: s.id)
        self.when, self.weights = when, weights
        self.kinds = {s.subject: s.value or "" for s in self.statements if s.predicate == "kind"}
        self.neighbours = self._neighbours()

    def kind(self, id: str) -> str:
        return self.kinds.get(id, "")

    def ends(self, statement: Statement) -> Pair | None:
        """The two different entities that a traversable link joins; sources never."""
        word = vocabulary().predicates[statement.predicate]
        if statement.object is None or not word.traversable or statement.subject == statement.object:
            return None
        pair = frozenset({statement.subject, statement.object})
        return None if any(self.kind(id) == "source" for id in pair) else pair

    def state(self, statement: Statement) -> str:
        """``live``, ``past`` or ``ended``; ``""`` for a link that has not begun."""
        if statement.valid.first >= self.when.end:
            return ""
        if statement.valid.end > self.when.first:
            return "live"
        ends = (statement.subject, statement.object or "")
        return "past" if any(self.kind(id) in self.weights["occurrences"] for id in ends) else "ended"

    def _neighbours(self) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for statement in self.statements:
            pair = self.ends(statement)
            if pair is not None and self.state(statement) in ("live", "past"):
                for id in pair:
                    found.setdefault(id, set()).update(pair - {id})
        return found

    def hub(self, id: str) -> Fraction:
        """each_doubling x (log2(n) - 1), straight between the powers of two."""
        count = len(self.neighbours.get(id, ()))
        if count < 2:
            return Fraction(0)
        power = 1
        while 2 ** (power + 1) <= count:
            power += 1
        log = power + Fraction(count - 2**power, 2**power)
        return eighths(exact(self.weights["hubs"]["each_doubling"]) * (log - 1))

    def own(self, statement: Statement) -> tuple[Fraction, Fraction, Fraction]:
        """Strength, evidence and recency of one link."""
        weights, word = self.weights, vocabulary().predicates[statement.predicate]
        strength = eighths(exact(weights["strength"]["most"]) * (1 - exact(word.strength)))
        recency = exact(weights["recency"]["undated"])
        if statement.valid.valid_from:
            days = self.when.end - 1 - statement.valid.first
            aged = exact(weights["recency"]["per_year"]) * days / 365
            recency = eighths(min(exact(weights["recency"]["most"]), aged))
        if self.state(statement) == "ended":
            recency += exact(weights["recency"]["ended"])
        sure = "low" if self.denials(statement) else statement.confidence
        return strength, exact(weights["evidence"][sure]), recency

    def denials(self, statement: Statement) -> list[Statement]:
        """The statements that deny one that holds on the date; being enrolled and being a member are one matter."""
        if self.state(statement) != "live":
            return []
        same = {"member_of", "enrolled_in"}
        matter = same if statement.predicate in same else {statement.predicate}
        return [
            one
            for one in self.statements
            if vocabulary().predicates[one.predicate].negates in matter
            and (one.subject, one.object) == (statement.subject, statement.object)
            and one.valid.first < self.when.end
            and one.valid.end > self.when.first
        ]

    def joints(self, question: PathQuestion) -> dict[Pair, Joint]:
        """All steps the question may take."""
        groups: dict[Pair, list[Statement]] = {}
        states = ("live", "past", "ended") if question.include_ended else ("live", "past")
        levels = ["high", "medium", "low"]
        for statement in self.statements:
            pair = self.ends(statement)
            if pair is None or self.state(statement) not in states:
                continue
            if question.predicates and statement.predicate not in question.predicates:
                continue
            if statement.predicate in question.without_predicates:
                continue
            if levels.index(statement.confidence) > levels.index(question.confidence):
                continue
            groups.setdefault(pair, []).append(statement)
        return {pair: self._joint(group) for pair, group in groups.items()}

    def _joint(self, group: Sequence[Statement]) -> Joint:
        ordered = sorted(group, key=lambda s: (sum(self.own(s)), s.id))
        strength, evidence, recency = self.own(ordered[0])
        sources = {s.citation.source for s in group if self.state(s) != "ended" and not self.denials(s)}
        rule = self.weights["corroboration"]
        evidence -= min(exact(rule["most"]), exact(rule["each"]) * max(0, len(sources) - 1))
        states = ["disputed" if self.denials(s) else self.state(s) for s in group]
        state = next(known for known in ("live", "disputed", "past", "ended") if known in states)
        return Joint(strength, evidence, recency, state, tuple(s.id for s in ordered))

    def may_pass(self, question: PathQuestion, id: str) -> bool:
        kind = self.kind(id)
        wanted = not question.kinds or kind in question.kinds
        return wanted and kind not in question.not_kinds and id not in question.not_through

    def ways(self, question: PathQuestion) -> list[Way]:
        """All paths within the steps allowed, best first; or the greedy disjoint ones."""
        joints = self.joints(question)
        if not question.disjoint:
            return self._all(question, joints, lambda id: self.may_pass(question, id))[: question.k]
        found: list[Way] = []
        used: set[str] = set()
        while len(found) < question.k:
            left = self._all(question, joints, lambda id: self.may_pass(question, id) and id not in used)
            if not left:
                break
            found.append(left[0])
            walked = [frozenset(pair) for pair in pairwise(left[0].ids)]
            if question.disjoint == "node":
                used.update(left[0].ids[1:-1])
            if question.disjoint == "edge" or len(walked) == 1:
                joints = {pair: joint for pair, joint in joints.items() if pair not in walked}
        return found

    def _all(self, question: PathQuestion, joints: Mapping[Pair, Joint], allowed: Callable[[str], bool]) -> list[Way]:
        drawn: nx.Graph[str] = nx.Graph()
        drawn.add_nodes_from((question.start, question.goal))
        for pair in joints:
            if all(id in (question.start, question.goal) or allowed(id) for id in pair):
                drawn.add_edge(*sorted(pair))
        listed = nx.all_simple_paths(drawn, question.start, question.goal, cutoff=question.max_steps)
        return sorted((self._way(tuple(ids), joints) for ids in listed), key=lambda way: way.order)

    def _way(self, ids: tuple[str, ...], joints: Mapping[Pair, Joint]) -> Way:
        walked = tuple(joints[frozenset(pair)] for pair in pairwise(ids))
        parts = {
            "base": exact(self.weights["base"]),
            "strength": -sum((joint.strength for joint in walked), Fraction(0)),
            "evidence": -sum((joint.evidence for joint in walked), Fraction(0)),
            "recency": -sum((joint.recency for joint in walked), Fraction(0)),
            "hubs": -sum((self.hub(id) for id in ids[1:-1]), Fraction(0)),
            "length": -exact(self.weights["length"]) * len(walked),
        }
        return Way(ids, sum(parts.values(), Fraction(0)), parts, walked)
