"""Bodies of coverage: the answer with its cells, the matrix, the spread of the definitions, the lenses and bases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from api.shapes.statements import Body, moment, statement
from graph.model import AsOf

if TYPE_CHECKING:
    from graph.revisions import Graph
    from queries.cells import Cell, Named
    from queries.completeness import Blame
    from queries.coverage import CoverageAnswer, Spread
    from queries.lenses import Axis, Base, Lens
    from queries.matrix import MatrixAnswer
    from queries.tallies import Tally


def coverage(answer: CoverageAnswer, graph: Graph) -> Body:
    """An answer of coverage; the statements of its cells are fetched from the graph, each once."""
    from queries import engine
    from queries.explain import cite

    ids = dict.fromkeys(id for cell in answer.cells for id in cell.statements)
    snapshot = engine.for_citing(graph, ids, answer.known_at)
    cited = {one.id: statement(one) for one in cite(graph, snapshot, ids, AsOf(answer.as_of))}
    return {
        "revision": answer.revision,
        "as_of": answer.as_of,
        "known_at": moment(answer.known_at),
        "lens": answer.lens.id,
        "lens_title": answer.lens.title,
        "lens_labels": list(answer.lens.labels),
        "lens_definition": answer.lens.definition,
        "base": answer.base.id,
        "base_title": answer.base.title,
        "base_labels": list(answer.base.labels),
        "base_definition": answer.base.definition,
        "unit": answer.base.unit,
        "columns": answer.columns,
        "column_names": [_named(one) for one in answer.column_names],
        "horizon": answer.horizon,
        "headline": answer.headline,
        "undated": answer.undated,
        "undated_note": answer.undated_note,
        "size": answer.size,
        "covered": answer.covered,
        "uncovered": answer.uncovered,
        "share": answer.share,
        "states": dict(answer.states),
        "covered_rows": list(answer.covered_rows),
        "uncovered_rows": list(answer.uncovered_rows),
        "by_column": [_tally(one) for one in answer.by_column],
        "regions": [_tally(one) for one in answer.regions],
        "blame": [{**_blamed(one.list), "cells": one.cells} for one in answer.blame],
        "cells": [cell_body(one, cited) for one in answer.cells],
    }


def cell_body(cell: Cell, cited: Mapping[str, Body]) -> Body:
    return {
        "row": cell.row,
        "row_name": cell.row_name,
        "column": cell.column,
        "state": cell.state,
        "by": [_named(one) for one in cell.by],
        "note": cell.note,
        "undated": cell.undated,
        "blame": [_blamed(one) for one in cell.blame],
        "statements": [cited[id] for id in cell.statements if id in cited],
    }


def _named(one: Named) -> Body:
    return {"id": one.id, "name": one.name}


def _blamed(one: Blame) -> Body:
    return {"id": one.id, "name": one.name, "predicate": one.predicate}


def _tally(one: Tally) -> Body:
    return {
        "id": one.id,
        "name": one.name,
        "size": one.size,
        "covered": one.covered,
        "uncovered": one.uncovered,
        "states": dict(one.states),
    }


def spread(answer: Spread) -> Body:
    return {
        "revision": answer.revision,
        "as_of": answer.as_of,
        "known_at": moment(answer.known_at),
        "results": [
            {
                "lens": one.lens.id,
                "lens_title": one.lens.title,
                "lens_labels": list(one.lens.labels),
                "base": one.base.id,
                "base_title": one.base.title,
                "base_labels": list(one.base.labels),
                "size": one.size,
                "covered": one.covered,
                "uncovered": one.uncovered,
                "share": one.share,
            }
            for one in answer.rows
        ],
    }


def matrix(answer: MatrixAnswer) -> Body:
    """A matrix: its axes, and of each row the cells with an actor."""
    return {
        "revision": answer.revision,
        "as_of": answer.as_of,
        "known_at": moment(answer.known_at),
        "lens": answer.lens.id,
        "lens_title": answer.lens.title,
        "base": answer.base.id,
        "base_title": answer.base.title,
        "axes": [
            {"id": axis.id, "title": axis.title, "columns": [_named(one) for one in axis.columns]} for axis in answer.axes
        ],
        "size": answer.size,
        "covered": answer.covered,
        "cells": answer.cells,
        "filled": answer.filled,
        "results": [
            {
                "row": one.id,
                "row_name": one.name,
                "cells": [{"columns": list(columns), "actors": count} for columns, count in one.actors.items()],
            }
            for one in answer.rows
        ],
    }


def lenses(revision: int, found: Iterable[Lens], axes: Iterable[Axis]) -> Body:
    """The named lenses, and what cells can be split by."""
    return {
        "revision": revision,
        "results": [
            {
                "id": one.id,
                "labels": list(one.labels),
                "title": one.title,
                "definition": one.definition,
                "rows": sorted(one.rows),
                "base": one.base,
                "lists": list(dict.fromkeys(entry.id for entry in one.entries)),
            }
            for one in found
        ],
        "columns": [{"id": one.id, "title": one.title, "base": one.base} for one in axes],
    }


def bases(revision: int, found: Iterable[Base]) -> Body:
    """The named bases."""
    return {
        "revision": revision,
        "results": [
            {
                "id": one.id,
                "labels": list(one.labels),
                "title": one.title,
                "definition": one.definition,
                "unit": one.unit,
                "kinds": sorted(one.kinds),
                "as_of": one.as_of,
            }
            for one in found
        ],
    }
