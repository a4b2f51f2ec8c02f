"""The mapping that is proposed for a table: its entities, links and literals as YAML, each with the reason."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from graph.folding import fold
from graph.vocabulary import vocabulary
from loaders.known_names import KnownNames
from loaders.naming import tidy
from loaders.proposing_columns import BODIES, Column
from loaders.proposing_roles import family_of, header_words
from loaders.sheets_header import Header

Tie = tuple[str, str, str, str]
"""A link between two entities of a row: subject, predicate, object, and why it is proposed."""
_BODY_ROLES: Final = {"org": "body", "funder": "funder", "maker": "maker", "supplier": "supplier", "network": "network"}
"""Roles of columns that name a body, and what the mapping calls it."""
_LINKED: Final[tuple[Tie, ...]] = (
    ("funder", "funds", "body", "who pays and who is paid stand in one row"),
    ("maker", "manufactures", "product", "a maker beside a product"),
    ("supplier", "supplies", "product", "a supplier beside a product"),
    ("product", "targets", "pathogen", "a product beside a pathogen"),
    ("body", "member_of", "network", "a body beside a network or mechanism"),
)
"""Which two entities of one row are linked how, where the table has both."""
_MOST_QUALIFIERS: Final = 5
_MOST_ACRONYMS: Final = 30
_LONGEST_QUALIFIER: Final = 80


class Draft:
    """The mapping itself, line by line."""

    def __init__(
        self, path: Path, sheet: str, encoding: str, columns: Sequence[Column], header: Header, known: KnownNames
    ) -> None:
        self._path, self._sheet, self._encoding = path, sheet, encoding
        self._columns, self._header, self._known = columns, header, known
        slug = re.sub(r"[^a-z0-9]+", "-", fold(path.stem)).strip("-")[:40].strip("-")
        self._slug = slug if len(slug) > 1 else f"table-{slug}".strip("-")
        self._entities: dict[str, list[str]] = {}
        self._places: dict[str, tuple[int, ...]] = {}
        self._used: set[int] = set()

    def lines(self) -> Iterator[str]:
        """The YAML."""
        self._bodies()
        self._place()
        self._product()
        if not self._entities:
            self._any_body()
        ties = self._ties()
        named = {label for tie in ties for label in (tie[0], tie[2])} or set(list(self._entities)[:1])
        self._entities = {label: one for label, one in self._entities.items() if label in named}
        self._used = {place for label in self._entities for place in self._places[label]}
        links, literals = list(self._links(ties)), list(self._literals())
        if not links and not literals:
            label = next(iter(self._entities))
            literals = [
                f"  - {{subject: {label}, predicate: alias, value: {self._ref(self._columns[self._places[label][0]])}}}"
            ]
        yield f"name: {self._slug}"
        yield from self._source()
        if self._encoding:
            yield f"encoding: {_quoted(self._encoding)}"
        if self._sheet:
            yield f"sheet: {_quoted(self._sheet)}"
        if self._header.row > 1 and not any(self._header.tags):
            yield f"header: {self._header.row}  # the row with the names of the columns"
        nulls = sorted({null for column in self._columns for null in column.nulls})
        if nulls:
            yield f"nulls: [{', '.join(map(_quoted, nulls))}]  # words that stand for nothing"
        yield "entities:"
        for label, parts in self._entities.items():
            yield f"  {label}:"
            yield from (f"    {part}" for part in parts)
        if links:
            yield "links:"
            yield from links
        if literals:
            yield "literals:"
            yield from literals

    # --- the source ----------------------------------------------------------------------------------------------------------
    def _source(self) -> Iterator[str]:
        yield "source:"
        title, url = self._first("source"), self._first("source address")
        full = title is not None and title.filled == title.rows
        if title is not None and full:
            yield f"  title: {{column: {self._ref(title)}}}"
            if url is not None and url.filled:
                yield f"  url: {{column: {self._ref(url)}}}"
            return
        said = next(iter(title.values), "") if title is not None and title.only_first else ""
        found = re.search(r"https?://\S+", said)
        name = tidy(re.sub(r"[\s:;,.]*(?:[Ll]ink)?:?\s*https?://\S+", "", said)) or self._path.stem.replace("_", " ")
        why = "from the one row that names it" if said else "from the name of the file: write its title, and its address as url"
        yield f"  title: {_quoted(name[:200])}  # {why}"
        if found:
            yield f"  url: {_quoted(found.group())}"

    # --- entities ------------------------------------------------------------------------------------------------------------
    def _bodies(self) -> None:
        for role, name in _BODY_ROLES.items():
            columns = self._family(role)
            if not columns:
                continue
            parts = [*self._named(name, columns), f"kind: {'network' if role == 'network' else 'organisation'}"]
            beside = self._beside(columns[0], "country")
            if beside is not None and (self._shares_word(columns[0], beside) or self._is_seat(columns[0], beside)):
                parts.append(f"country: {self._ref(beside)}  # where it has its seat: helps to tell namesakes apart")
            acronym = self._beside(columns[0], "acronym")
            if acronym is not None and len(columns) == 1:
                parts.append(f"acronyms: [{self._ref(acronym)}]")
            subtype = self._first("org type")
            if subtype is not None and role == "org":
                parts.append(f"subtype: {{column: {self._ref(subtype)}}}")
            ror = self._first("ror")
            if ror is not None and role == "org":
                parts.append(f"identifiers: {{ror: {self._ref(ror)}}}")
            parts += ["unsure: review", f"unknown: review  # or: new, with namespace: {self._slug}; or: reject"]
            self._entities[name] = parts

    def _place(self) -> None:
        column = self._general_country()
        if column is not None:
            self._entities["place"] = [*self._named("place", [column]), "kind: country", "unsure: reject", "unknown: reject"]

    def _product(self) -> None:
        for role, kind in (("product", "product"), ("pathogen", "pathogen")):
            columns = self._family(role)
            if columns:
                waits = ["unsure: review", f"unknown: review  # or: new, with namespace: {self._slug}; or: reject"]
                self._entities[role] = [*self._named(role, columns), f"kind: {kind}", *waits]

    def _any_body(self) -> None:
        """Where nothing tells what the columns are: the first that holds texts is taken for names of bodies."""
        filled = [column for column in self._columns if column.filled]
        texts = [column for column in filled if column.shares.get("number", 0) < 1] or filled
        parts = [*self._named("body", texts[:1]), "kind: organisation  # nothing tells what this column is: check"]
        self._entities["body"] = [*parts, "unsure: review", "unknown: review"]

    # --- what is said of them ------------------------------------------------------------------------------------------------
    def _ties(self) -> list[Tie]:
        """Which entities of a row are linked how."""
        have = set(self._entities)
        ties = [tie for tie in _LINKED if {tie[0], tie[2]} <= have]
        return [*ties, *self._to_places(have)] if "place" in have else ties

    def _links(self, ties: Sequence[Tie]) -> Iterator[str]:
        when, qualifiers = self._period(), self._qualifiers()
        for one, how, other, why in ties:
            yield f"  - subject: {one}  # {why}"
            yield f"    predicate: {how}"
            yield f"    object: {other}"
            yield from (f"    {line}" for line in when)
            if qualifiers:
                yield "    qualifiers:"
                yield from (f"      {line}" for line in qualifiers)

    def _to_places(self, have: set[str]) -> Iterator[Tie]:
        actor = next((name for name in ("body", "supplier", "maker") if name in have), "")
        if actor:
            where = self._general_country()
            column = self._family(next(role for role, name in _BODY_ROLES.items() if name == actor))[0]
            if where is not None and self._is_seat(column, where):
                yield actor, "located_in", "place", "each is given with one place only: its seat, or else write works_in"
            else:
                yield actor, "works_in", "place", "some are given with several places: where they work"
            return
        how = "supplies_to" if "product" in have else "works_in"
        if "funder" not in have and (id := self._named_by_file(how)):
            self._entities["sender"] = [f"is: {id}  # the name of the file speaks of it: check"]
            self._places["sender"] = ()
            yield "sender", how, "place", "no column names who acts"
            if "product" in have:
                yield "sender", "supplies", "product", "no column names who acts"

    def _literals(self) -> Iterator[str]:
        subject = next(iter(self._entities), "")
        bodies = self._first("org")
        if bodies is not None and bodies.filled == len(bodies.values):  # a list of bodies: what else it says is about them
            for role in ("homepage", "description"):
                column = self._first(role)
                if column is not None:
                    yield f"  - {{subject: body, predicate: {role}, value: {{column: {self._ref(column)}}}}}"
        elif subject and len(self._entities) == 1:
            texts = [one for one in self._columns if one.filled and not one.role and "number" not in one.shares]
            if texts:
                yield f"  - {{subject: {subject}, predicate: note, value: {{column: {self._ref(texts[0])}}}}}"

    def _period(self) -> list[str]:
        lines = []
        start, end, day = self._first("start"), self._first("end"), self._first("date")
        for key, column in (("valid_from", start or day), ("valid_to", end or (day if start is None else None))):
            if column is not None:
                form = f", format: {_quoted(column.date_format)}" if column.date_format else ""
                lines.append(f"{key}: {{column: {self._ref(column)}{form}}}")
        return lines

    def _qualifiers(self) -> list[str]:
        taken = set(self._used)
        lines: list[str] = []
        for column in self._columns:
            free = column.role in ("", "region", "id", "acronym", "org type") and column.place not in taken
            short = column.values and max(map(len, column.values)) <= _LONGEST_QUALIFIER
            if free and short and not column.only_first and len(lines) < _MOST_QUALIFIERS and column.title:
                name = re.sub(r"[^a-z0-9]+", "_", "_".join(header_words(column.title))).strip("_")[:36]
                name = name if name[:1].isalpha() and name.isascii() else f"column_{column.letter.lower()}"
                if any(line.startswith(f"{name}:") for line in lines):
                    name = f"{name}_{column.letter.lower()}"
                lines.append(f"{name}: {self._ref(column)}")
        return lines

    # --- columns -------------------------------------------------------------------------------------------------------------
    def _first(self, role: str) -> Column | None:
        held = [column for column in self._columns if column.role == role and column.filled]
        if role == "date":  # the day something was done says more than the year it was approved for
            held.sort(key=lambda column: -len(column.values))
        return held[0] if held else None

    def _family(self, role: str) -> list[Column]:
        """The first column of a role, with its numbered sisters."""
        first = self._first(role)
        if first is None:
            return []
        family = family_of(first.title)
        if family is None:
            return [first]
        sisters = [one for one in self._columns if (other := family_of(one.title)) is not None and other[0] == family[0]]
        return [one for one in sisters if one.filled]

    def _named(self, label: str, columns: Sequence[Column]) -> Iterator[str]:
        """The lines of an entity that say which column names it, and which acronyms in it a person may confirm."""
        self._places[label] = tuple(column.place for column in columns)
        words = ", ".join(self._ref(column) for column in columns)
        acronyms = self._acronyms(columns) if label in _BODY_ROLES.values() else []
        if len(columns) == 1 and not acronyms:
            yield f"name: {words}"
            return
        yield "name:"
        yield f"  column: {words}" if len(columns) == 1 else f"  each: [{words}]"
        if acronyms:
            yield "  # Acronyms of one entity each. An acronym alone is not certain: take the # away where the entity is meant."
            yield "  # values:"
            yield from (f"  #   {line}" for line in acronyms)

    def _acronyms(self, columns: Sequence[Column]) -> list[str]:
        """The acronyms in some columns that are one entity's alone, with its id and name."""
        snapshot = self._known.snapshot
        lines: list[str] = []
        for value in dict.fromkeys(value for column in columns for value, _ in column.values.most_common()):
            fitting = self._known.named(value)
            nodes = {one.node for one in fitting}
            if len(nodes) == 1 and all(one.is_acronym for one in fitting) and len(lines) < _MOST_ACRONYMS:
                node = nodes.pop()
                lines.append(f"{_quoted(value)}: {snapshot.ids[node]}  # {said(snapshot.names[node])}")
        return lines

    def _beside(self, column: Column, role: str) -> Column | None:
        """The column of a role that belongs to a column: whose header shares a word with it, else the only one."""
        held = [one for one in self._columns if one.role == role and one.filled]
        sharing = [one for one in held if self._shares_word(column, one)]
        return sharing[0] if sharing else held[0] if len(held) == 1 else None

    def _general_country(self) -> Column | None:
        """The column of places that belongs to no body."""
        bodies = [one for one in self._columns if one.role in _BODY_ROLES]
        held = [one for one in self._columns if one.role == "country" and one.filled]
        return next((one for one in held if not any(self._shares_word(body, one) for body in bodies)), None)

    @staticmethod
    def _shares_word(one: Column, other: Column) -> bool:
        return bool(set(header_words(one.title)) & set(header_words(other.title)) - {"name", "the", "of"})

    def _is_seat(self, body: Column, place: Column) -> bool:
        """Whether every body is given with one place only, and there are enough rows to tell."""
        return body.filled == len(body.values) and body.filled >= 2 and place.filled > 0

    def _named_by_file(self, how: str) -> str:
        """The one body that the name of the file speaks of and that a link takes, ``""`` where there is none."""
        snapshot, kinds = self._known.snapshot, vocabulary().predicate(how).domain or BODIES
        for word in header_words(self._path.stem):
            nodes = {one.node for one in self._known.named(word) if snapshot.kinds[one.node] in kinds}
            if len(nodes) == 1 and len(word) >= 3:
                return str(snapshot.ids[nodes.pop()])
        return ""

    def _ref(self, column: Column) -> str:
        """How a mapping names a column: by its tag, else its header, else its letter."""
        if column.tag and sum(one.tag == column.tag for one in self._columns) == 1:
            return _quoted(column.tag)
        if column.title and sum(one.title.casefold() == column.title.casefold() for one in self._columns) == 1:
            return _quoted(column.title)
        return _quoted(f"@{column.letter}")


def _quoted(text: str) -> str:
    """A text as YAML has it; plain ASCII words stay as they are."""
    is_plain = re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", text) and text.lower() not in _YAML_WORDS
    return text if is_plain else json.dumps(text, ensure_ascii=False)


_YAML_WORDS: Final = frozenset({"yes", "no", "on", "off", "true", "false", "null", "y", "n"})


def said(text: str) -> str:
    """A text in a comment: one line, nothing hidden."""
    return tidy(text.replace("\n", " "))
