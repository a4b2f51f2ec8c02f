"""Bodies of the questions that ask "what if": reliance, sunset, scenario, closing gaps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.shapes.paths import paths
from api.shapes.statements import Body, moment, statement

if TYPE_CHECKING:
    from queries.cells import Named
    from queries.close_gaps import CloseGapsAnswer, OpenCell
    from queries.comparing import CoverageChange, PathChange
    from queries.coverage import CoverageAnswer
    from queries.reliance import RelianceAnswer
    from queries.scenario import ScenarioAnswer
    from queries.sunset import SunsetAnswer


def reliance(answer: RelianceAnswer) -> Body:
    return {
        "revision": answer.revision,
        "as_of": answer.as_of,
        "known_at": moment(answer.known_at),
        "what": {**_named(answer.what), "kind": answer.kind},
        "locator": answer.locator,
        "headline": answer.headline,
        "total": answer.total,
        "coverage": coverage_change(answer.coverage),
        "cut_off": [_named(one) for one in answer.cut_off],
        "parts": [{"size": part.size, "members": [_named(one) for one in part.members]} for part in answer.parts],
        "pairs_cut": answer.pairs_cut,
        "sole": list(answer.sole),
        "statements": [statement(one) for one in answer.statements],
    }


def sunset(answer: SunsetAnswer) -> Body:
    return {
        "revision": answer.revision,
        "as_of": answer.as_of,
        "on": answer.on,
        "known_at": moment(answer.known_at),
        "headline": answer.headline,
        "open_ended": answer.open_ended,
        "later": answer.later,
        "beginning": answer.beginning,
        "coverage": coverage_change(answer.coverage),
        "paths": _path_change(answer.paths) if answer.paths is not None else None,
        "ending": [statement(one) for one in answer.ending],
    }


def scenario(answer: ScenarioAnswer) -> Body:
    return {
        "revision": answer.revision,
        "as_of": answer.as_of,
        "known_at": moment(answer.known_at),
        "headline": answer.headline,
        "coverage": coverage_change(answer.coverage),
        "paths": _path_change(answer.paths) if answer.paths is not None else None,
        "assumed": [statement(one) for one in answer.assumed],
        "withdrawn": [statement(one) for one in answer.withdrawn],
    }


def close_gaps(answer: CloseGapsAnswer) -> Body:
    proof = answer.proof
    return {
        "revision": answer.revision,
        "as_of": answer.as_of,
        "known_at": moment(answer.known_at),
        "headline": answer.headline,
        "cost": answer.cost,
        "chosen": [
            {
                "id": one.id,
                "name": one.name,
                "cost": one.cost,
                "enrols": [{"row": row, "mechanism": mechanism} for row, mechanism in one.enrols],
                "closes": [{"row": row, "column": column} for row, column in one.closes],
            }
            for one in answer.chosen
        ],
        "options": answer.options,
        "open": [_open(one) for one in answer.open],
        "cannot": [_open(one) for one in answer.cannot],
        "proof": {
            "solver": proof.solver,
            "optimal": proof.optimal,
            "objective": answer.cost,
            "bound": answer.bound,
            "gap": answer.cost - answer.bound,
            "nodes": proof.nodes,
            "pieces": proof.pieces,
            "programs": proof.programs,
            "seconds": round(proof.seconds, 4),
        },
        "coverage": coverage_change(answer.coverage),
    }


def _open(one: OpenCell) -> Body:
    return {"row": one.row, "row_name": one.row_name, "column": one.column, "state": one.state}


def coverage_change(change: CoverageChange) -> Body:
    """Coverage before and after, and the cells that differ."""
    before = change.before
    return {
        "lens": before.lens.id,
        "lens_title": before.lens.title,
        "base": before.base.id,
        "base_title": before.base.title,
        "columns": before.columns,
        "before": _side(before),
        "after": _side(change.after),
        "lost": list(change.lost),
        "gained": list(change.gained),
        "cells": [
            {
                "row": one.row,
                "row_name": one.row_name,
                "column": one.column,
                "before": one.before,
                "after": one.after,
                "statements_before": list(one.statements_before),
                "statements_after": list(one.statements_after),
                "note": one.note,
            }
            for one in change.cells
        ],
    }


def _side(answer: CoverageAnswer) -> Body:
    return {
        "as_of": answer.as_of,
        "size": answer.size,
        "covered": answer.covered,
        "uncovered": answer.uncovered,
        "states": dict(answer.states),
        "headline": answer.headline,
    }


def _path_change(change: PathChange) -> Body:
    return {
        "before": paths(change.before),
        "after": paths(change.after),
        "lost": [list(ids) for ids in change.lost],
        "gained": [list(ids) for ids in change.gained],
    }


def _named(one: Named) -> Body:
    return {"id": one.id, "name": one.name}
