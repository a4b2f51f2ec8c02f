"""Proposes a mapping for a table that nobody has described yet: ``mcmgraph map``.

The proposal is a mapping file with a comment a column: what it was taken for, why, and how sure that is. It is a beginning
for a person to check, never loaded by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from graph.errors import RefusedFile
from graph.revisions import Graph
from loaders.known_names import KnownNames
from loaders.proposing_columns import SAMPLE, Column, columns_of, likely_header
from loaders.proposing_draft import Draft, said
from loaders.regular import what_is_wrong
from loaders.sheets import Contents, contents_of, read_rows
from loaders.sheets_header import SEARCHED, find_header


@dataclass(frozen=True, slots=True)
class Proposal:
    """A mapping as YAML text, and what was looked at."""

    text: str
    contents: Contents
    sheet: str
    rows: int
    columns: tuple[Column, ...]


def propose(path: Path, graph: Graph, sheet: str = "", encoding: str = "") -> Proposal:
    """Propose a mapping for a table; raises ``RefusedFile`` where it cannot be read or holds nothing.

    ``encoding``: that of the file, ``""`` to find it out.
    """
    if wrong := what_is_wrong(path):
        raise RefusedFile(f"{path.name}: {wrong}.")
    contents = contents_of(path, encoding)
    rows = list(islice(read_rows(path, sheet, encoding), SAMPLE))
    if not rows:
        raise RefusedFile(f"{path.name}: it holds no row.")
    header = find_header(rows[:SEARCHED], row=likely_header(rows[:SEARCHED]))
    below = [row.cells for row in rows if row.number > header.row]
    if not below:
        raise RefusedFile(f"{path.name}: it has a header and no row below it.")
    known = KnownNames(graph)
    columns = columns_of(header.names, header.tags, below, known)
    if not any(column.filled for column in columns):
        raise RefusedFile(f"{path.name}: nothing stands below its header.")
    draft = Draft(path, sheet, encoding, columns, header, known)
    text = "\n".join([*_head(path, contents, sheet, len(below), columns), *draft.lines(), ""])
    return Proposal(text, contents, sheet, len(below), tuple(columns))


def body_of(proposal: Proposal, text: str) -> dict[str, Any]:
    """A proposal as JSON: the mapping as it is given out, and every column with what it was taken for and why."""
    return {
        "mapping": text,
        "format": proposal.contents.format,
        "encoding": proposal.contents.encoding or None,
        "rows": proposal.rows,
        "columns": [
            {
                "column": column.letter,
                "header": column.title,
                "tag": column.tag or None,
                "role": column.role or None,
                "sure": column.sure if column.role else None,
                "why": column.why,
            }
            for column in proposal.columns
        ],
    }


def _head(path: Path, contents: Contents, sheet: str, rows: int, columns: Sequence[Column]) -> Iterator[str]:
    form = ", ".join(filter(None, (contents.format, contents.encoding, contents.member)))
    yield f"# A mapping proposed for {said(path.name)} ({form}), from its first {rows:,} rows."
    yield "# It is a beginning: check every line."
    others = [name for name in contents.sheets if name != sheet][0 if sheet else 1 :]
    if others:
        yield f"# Other sheets, not looked at: {said('; '.join(others))}."
    yield "#"
    yield "# The columns:"
    for column in columns:
        title = " ".join(filter(None, (repr(column.title) if column.title else "without a header", column.tag)))
        taken = f"{column.role} ({column.sure}): {column.why}" if column.role else f"not used: {column.why}"
        yield f"# {column.letter}  {said(title)}: {said(taken)}."
        if column.examples:
            yield f"#    e.g. {said(column.examples)}"
    yield "#"
