"""Whether everything that is named exists: over all files of one load, and what the store keeps besides them.

A file that defines an entity may be refused; what names that entity is then refused as well, and says so. The order of the
files does not matter.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from graph.model import ANY_TIME, EntityId, SourceId
from graph.store import Store
from graph.vocabulary import vocabulary
from loaders.curated.checking import Checked, Wanted, close_ids
from loaders.curated.iso import ALPHA2

_SUGGESTED = 60
"""For how many unknown ids of a file the nearest ones are looked up."""


@dataclass(frozen=True, slots=True)
class Held:
    """What the store says of an entity, and which loaded source says it."""

    origin: SourceId
    kind: str
    name: str


class References:
    """The entities that are known while files are checked against each other."""

    def __init__(self, store: Store, files: Sequence[Checked]) -> None:
        self._store = store
        self._files = files
        self._names: dict[str, dict[EntityId, None]] | None = None
        names: dict[tuple[SourceId, EntityId], str] = {}
        for record in store.records("name", ANY_TIME):
            names[record.origin, record.statement.subject] = record.statement.value or ""
        self._held: dict[EntityId, list[Held]] = {}
        for record in store.records("kind", ANY_TIME):
            entity, origin = record.statement.subject, record.origin
            held = Held(origin, record.statement.value or "", names.get((origin, entity), ""))
            self._held.setdefault(entity, []).append(held)

    def settle(self) -> None:
        """Note a finding for every entity that is defined twice, gone but needed, named but unknown, or of a wrong kind."""
        self._conflicts()
        self.hold_together()

    def hold_together(self) -> None:
        """Refuse files that name what no accepted file and no other source defines, until those left hold together."""
        while True:
            accepted = [checked for checked in self._files if not checked.findings]
            known = self._known(accepted)
            refused = self._refused()
            suggest = sorted(known)
            found = [self._hold(checked, known, refused, suggest) for checked in accepted]
            if not sum(found) + self._orphans([checked for checked in accepted if not checked.findings]):
                return

    def _known(self, accepted: Sequence[Checked]) -> dict[EntityId, str]:
        """Kind by id: what accepted files define, and what the store holds from any source that is not replaced now."""
        replaced = {checked.source for checked in accepted}
        known = {
            entity: held.kind for entity, all_held in self._held.items() for held in all_held if held.origin not in replaced
        }
        for checked in accepted:
            known.update((entity, kind) for entity, (kind, _, _) in checked.defines.items())
        return known

    def _refused(self) -> dict[EntityId, str]:
        """The refused file by the id that it would have defined."""
        return {entity: checked.source for checked in self._files if checked.findings for entity in checked.defines}

    def _hold(self, checked: Checked, known: dict[EntityId, str], refused: dict[EntityId, str], all_ids: list[str]) -> int:
        """Hold one file against what is known; returns the number of findings."""
        count, nearest_of = 0, dict[EntityId, tuple[str, ...]]()
        doubtful = any(one.findings and _may_define(one) for one in self._files)
        unread = [one.source for one in self._files if one.findings and not one.defines and _may_define(one)]
        for wanted, rows in checked.wants.items():
            kind = known.get(wanted.entity)
            if kind is not None and (wanted.kinds is None or kind in wanted.kinds):
                continue
            close: tuple[str, ...] = ()
            if kind is None and wanted.entity not in refused:
                if wanted.entity not in nearest_of:
                    fitting = [one for one in all_ids if wanted.kinds is None or known[one] in wanted.kinds]
                    enough = len(nearest_of) >= _SUGGESTED
                    nearest_of[wanted.entity] = () if enough else self._suggest(wanted, known, fitting)
                close = nearest_of[wanted.entity]
            reason = _reason(wanted, kind, refused.get(wanted.entity))
            if kind is None and unread and wanted.entity not in refused:
                reason += f"; but {', '.join(unread)} could not be read and may hold it"
            for row in rows:
                checked.find(row, wanted.column, wanted.entity, reason, close, follows=kind is None and doubtful)
                count += 1
        return count

    def _suggest(self, wanted: Wanted, known: dict[EntityId, str], fitting: list[EntityId]) -> tuple[str, ...]:
        """Ids for what was written: a two-letter code, another name of an entity, or an id misspelt."""
        by_name = tuple(one for one in self._named(wanted.entity) if one in known)
        return _by_code(wanted) or by_name or close_ids(wanted.entity, fitting)

    def _named(self, text: str) -> list[EntityId]:
        """Entities of the store and of the files that have this text as a name; the names are read once, when needed."""
        if self._names is None:
            self._names = {}
            for predicate in ("name", "alias"):
                for statement in self._store.scan(predicate, ANY_TIME):
                    self._names.setdefault((statement.value or "").casefold(), {})[statement.subject] = None
            for checked in self._files:
                for entity, (_, name, _) in checked.defines.items():
                    self._names.setdefault(name.casefold(), {})[entity] = None
        return list(self._names.get(text.casefold(), ()))

    def _conflicts(self) -> None:
        """An id has one kind and one name, whoever describes it."""
        replaced = {checked.source for checked in self._files}
        described: dict[EntityId, list[Held]] = {}
        for checked in self._files:
            for entity, (kind, name, _) in checked.defines.items():
                described.setdefault(entity, []).append(Held(checked.source, kind, name))
        for entity, all_held in described.items():
            all_held += [held for held in self._held.get(entity, ()) if held.origin not in replaced]
        for checked in self._files:
            for entity, (kind, name, row) in checked.defines.items():
                for other in described[entity]:
                    if other.origin != checked.source and (other.kind, other.name) != (kind, name):
                        column = checked.layout.columns[0] if checked.layout else ""
                        reason = (
                            f"{other.origin} has this id already, for the {other.kind} {other.name!r}; "
                            "give another id, or put another name of the same entity into a file with the layout 'names'"
                        )
                        checked.find(row, column, entity, reason)
                        break

    def _orphans(self, accepted: Sequence[Checked]) -> int:
        """What stays in the store from other sources must not name an id that is gone, or has a kind that does not fit now.

        Returns the number of findings.
        """
        replaced = {checked.source: checked for checked in accepted}
        known, gone = self._known(accepted), dict[EntityId, Checked]()
        for entity, all_held in self._held.items():
            owner = next((replaced[held.origin] for held in all_held if held.origin in replaced), None)
            if owner is not None and known.get(entity) != all_held[0].kind and all_held[0].kind != "source":
                gone[entity] = owner
        if not gone:
            return 0
        needed: Counter[tuple[EntityId, SourceId]] = Counter()
        for record in self._store.records(None, ANY_TIME):
            if record.origin not in replaced:
                statement, word = record.statement, vocabulary().predicates[record.statement.predicate]
                for end, kinds in ((statement.subject, word.domain), (statement.object or "", word.range)):
                    if end in gone and (end not in known or (kinds is not None and known[end] not in kinds)):
                        needed[end, record.origin] += 1
        for (entity, origin), count in sorted(needed.items()):
            change = f"makes this id a {known[entity]}" if entity in known else "no longer has this id"
            reason = f"the file {change}, but {origin}, which is not replaced by this load, names it {count} times"
            gone[entity].find(0, "", entity, reason)
        return len(needed)


def _may_define(checked: Checked) -> bool:
    return checked.layout is None or checked.layout.defines


def _reason(wanted: Wanted, kind: str | None, refused_file: str | None) -> str:
    if kind is None and refused_file is not None:
        return f"the entity comes from {refused_file}, which is refused"
    if kind is None:
        if wanted.kinds == frozenset({"country"}):
            return "no country, area or territory has this code"
        return "no entity has this id, neither in the files of this load nor in the graph"
    allowed = ", ".join(sorted(wanted.kinds or ()))
    return f"the entity is a {vocabulary().kinds[kind].label}, and {wanted.predicate!r} takes here: {allowed}"


def _by_code(wanted: Wanted) -> tuple[str, ...]:
    """The alpha-3 code for a given alpha-2 code, where a country, area or territory is wanted."""
    if wanted.kinds != frozenset({"country"}):
        return ()
    return tuple(three for three, two in ALPHA2.items() if two == wanted.entity.upper())
