"""The log of decisions: merge, keep-apart, accept, reject and undo, as statements of the loaded source ``review``.

Each entry is a statement with the predicate ``decision``: a number, who, when and why. What the standing entries bring about (a
merge, a keep-apart, an alias, an accepted link) is worked out from the log and stored with it. An undo is an entry of its own;
nothing is deleted, and earlier known times keep what was known then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from graph.merging import SAME
from graph.model import ALWAYS, ANY_TIME, AsOf, Citation, EntityId, Period, Statement, qualify
from graph.store import Store
from loaders.catalogue import source_id, source_statements

SOURCE: Final = "review"
"""The loaded source of all decisions."""
TITLE: Final = "Decisions of review"
ENTITY: Final = source_id(TITLE)
_DECISION: Final = "decision"
_QUOTED: Final = 300
"""Characters of a sentence that the citation of an accepted link quotes."""

Action = Literal["merge", "keep-apart", "accept", "reject", "undo"]
ACTIONS: Final[tuple[Action, ...]] = ("merge", "keep-apart", "accept", "reject", "undo")


@dataclass(frozen=True, slots=True)
class Decided:
    """One entry of the log.

    ``subject`` and ``object`` are ids: of a merge the merged and the surviving one. ``name`` is the text that an accept makes
    an alias, or a keep-apart keeps away (of an accepted ``same_as``, what the merged one is called). ``key`` is the proposal's;
    ``target`` the number that an undo takes back. ``undone``: a later entry takes this one back.
    """

    number: int
    action: Action
    by: str
    at: str
    why: str
    subject: EntityId = ""
    object: EntityId = ""
    predicate: str = ""
    name: str = ""
    key: str = ""
    target: int = 0
    source: EntityId = ""
    locator: str = ""
    url: str = ""
    sentence: str = ""
    undone: bool = False

    @property
    def merged(self) -> tuple[EntityId, EntityId] | None:
        """The merged and the surviving entity, None where the decision makes no two entities one."""
        makes_one = self.action == "merge" or (self.action == "accept" and self.predicate == SAME)
        return (self.subject, self.object) if makes_one else None

    def __str__(self) -> str:
        match self.action:
            case "merge":
                what = f"{self.subject} is merged into {self.object}"
            case "keep-apart":
                what = f"{self.subject} is kept apart from {self.object or repr(self.name)}"
            case "undo":
                what = f"decision {self.target} is taken back"
            case _ if self.predicate:
                what = f"{self.action}ed: {self.subject} {self.predicate} {self.object}"
            case _:
                what = f"{self.action}ed: {self.name!r}" + (f" is {self.subject}" if self.action == "accept" else "")
        return f"{self.number}: {what}, by {self.by} on {self.at[:10]}: {self.why}"


def log(store: Store, when: AsOf = ANY_TIME) -> list[Decided]:
    """All decisions, oldest first, taken back or not."""
    read = []
    for statement in store.about(ENTITY, when):
        if statement.predicate == _DECISION:
            said = dict(statement.qualifiers)
            numbers = {"number": int(said.pop("number")), "target": int(said.pop("target", "0"))}
            read.append(Decided(**numbers, **said))  # type: ignore[arg-type]
    read.sort(key=lambda one: one.number)
    undone = undone_of(read)
    return [replace(one, undone=one.number in undone) for one in read]


def standing(decisions: Sequence[Decided]) -> list[Decided]:
    """The decisions that hold: neither undone, nor an undo."""
    return [one for one in decisions if not one.undone and one.action != "undo"]


def undone_of(decisions: Sequence[Decided]) -> set[int]:
    """The numbers that are taken back; an undo may itself be undone, so the newest is read first."""
    undone: set[int] = set()
    for one in reversed(decisions):
        if one.action == "undo" and one.number not in undone:
            undone.add(one.target)
    return undone


def statements_of(decisions: Sequence[Decided]) -> Iterator[Statement]:
    """What the loaded source ``review`` says after these decisions: the log itself, and what the standing ones bring about."""
    yield from source_statements(TITLE, "", "none")
    undone = undone_of(decisions)
    for one in decisions:
        yield _entry(one)
        if one.number not in undone and (brought := brought_about(one)) is not None:
            yield brought


def _entry(one: Decided) -> Statement:
    said = {name: str(getattr(one, name)) for name in Decided.__slots__ if name != "undone"}
    said["target"] = str(one.target) if one.target else ""
    cited = Citation(ENTITY, f"decision {one.number}")
    return Statement(ENTITY, _DECISION, None, str(one), Period(one.at[:10]), cited, "high", "", qualify(said))


def brought_about(one: Decided) -> Statement | None:
    """The statement that a decision adds to the graph as long as it stands, None where it adds none."""
    who = {"decided_by": one.by, "why": one.why, "decision": str(one.number)}
    cited = Citation(ENTITY, f"decision {one.number}")
    since = Period(one.at[:10])
    match one.action:
        case "merge":
            return Statement(one.subject, SAME, one.object, None, since, cited, "high", "", qualify(who))
        case "keep-apart" if one.object:
            return Statement(one.subject, "different_from", one.object, None, since, cited, "high", "", qualify(who))
        case "keep-apart":
            return Statement(one.subject, "not_to_confuse_with", None, one.name, since, cited, "high", "", qualify(who))
        case "accept" if one.predicate:
            told = Citation(one.source, one.locator, one.url, one.sentence[:_QUOTED])
            return Statement(one.subject, one.predicate, one.object, None, ALWAYS, told, "medium", "", qualify(who))
        case "accept":
            told = Citation(one.source, one.locator, one.url, one.sentence[:_QUOTED])
            return Statement(
                one.subject, "alias", None, one.name, ALWAYS, told, "medium", "", qualify({**who, "sort": "other"})
            )
    return None
