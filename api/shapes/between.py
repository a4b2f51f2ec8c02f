"""Bodies of what lies between: mechanisms that meet, bodies next to a gap, brokers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from api.shapes.coverage import cell_body
from api.shapes.paths import path_body
from api.shapes.statements import Body, moment, statement
from graph.model import AsOf

if TYPE_CHECKING:
    from graph.revisions import Graph
    from queries.brokers import Broker, BrokersAnswer
    from queries.cells import Cell, Named
    from queries.introductions import IntroductionsAnswer
    from queries.overlap import OverlapAnswer


def _named(one: Named) -> Body:
    return {"id": one.id, "name": one.name}


def _names(some: Iterable[Named]) -> list[Body]:
    return [_named(one) for one in some]


def _cited(cells: Iterable[Cell], graph: Graph, as_of: str, known: datetime | None) -> dict[str, Body]:
    from queries.explain import cite

    ids = dict.fromkeys(id for cell in cells for id in cell.statements)
    return {one.id: statement(one) for one in cite(graph, graph.snapshot(known), ids, AsOf(as_of))}


def overlap(answer: OverlapAnswer, graph: Graph) -> Body:
    """Who covers the same cells."""
    cited = _cited(answer.cells, graph, answer.as_of, answer.known_at)
    return {
        "revision": answer.revision,
        "lens": answer.lens.id,
        "base": answer.base.id,
        "columns": answer.columns,
        "as_of": answer.as_of,
        "known_at": moment(answer.known_at),
        "size": answer.size,
        "mechanisms": [{"id": one.id, "name": one.name, "cells": one.cells, "alone": one.alone} for one in answer.mechanisms],
        "matrix": [list(row) for row in answer.matrix],
        "pairs": [
            {
                "first": _named(pair.first),
                "second": _named(pair.second),
                "cells": pair.cells,
                "rows": list(pair.rows),
                "share": pair.share,
            }
            for pair in answer.pairs
        ],
        "by_number": {str(number): count for number, count in answer.by_number.items()},
        "cells": [cell_body(cell, cited) for cell in answer.cells],
    }


def introductions(answer: IntroductionsAnswer, graph: Graph) -> Body:
    """Who works next to a gap, and the way to each."""
    cell = answer.cell
    return {
        "revision": answer.revision,
        "as_of": answer.as_of,
        "known_at": moment(answer.known_at),
        "row": _named(answer.row),
        "column": None if answer.column is None else _named(answer.column),
        "asking": _named(answer.asking),
        "regions": _names(answer.regions),
        "cell": None if cell is None else cell_body(cell, _cited([cell], graph, answer.as_of, answer.known_at)),
        "asking_is_near": answer.asking_is_near,
        "total": answer.total,
        "results": [
            {
                "id": one.id,
                "name": one.name,
                "kind": one.kind,
                "ring": one.ring,
                "on_column": one.on_column,
                "enrolled": one.enrolled,
                "why": one.why,
                "statements": [statement(said) for said in one.statements],
                "total_statements": one.total_statements,
                "path": None if one.path is None else path_body(one.path),
            }
            for one in answer.results
        ],
    }


def brokers(answer: BrokersAnswer) -> Body:
    """Who holds the network together."""
    return {
        "revision": answer.revision,
        "as_of": answer.as_of,
        "known_at": moment(answer.known_at),
        "between": list(answer.between),
        "order": answer.order,
        "entities": answer.entities,
        "ties": answer.ties,
        "parts": answer.parts,
        "first_size": answer.first_size,
        "second_size": answer.second_size,
        "pairs": answer.pairs,
        "estimated": answer.estimated,
        "total": answer.total,
        "results": [_broker(one) for one in answer.results],
    }


def _broker(one: Broker) -> Body:
    return {
        "id": one.id,
        "name": one.name,
        "kind": one.kind,
        "subtype": one.subtype or None,
        "neighbours": one.neighbours,
        "betweenness": one.betweenness,
        "share": one.share,
        "constraint": one.constraint,
        "cut_off": one.cut_off,
        "pairs_cut": one.pairs_cut,
        "pieces": [{"size": piece.size, "entities": _names(piece.entities)} for piece in one.pieces],
        "first": _names(one.first),
        "second": _names(one.second),
        "statements": [statement(said) for said in one.statements],
    }
