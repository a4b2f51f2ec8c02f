"""Bodies of the questions that lead from one entity to others: paths, neighbourhood, search."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.shapes.statements import Body, moment, statement

if TYPE_CHECKING:
    from queries.neighbourhood import Neighbour, NeighbourhoodAnswer
    from queries.ordering import OrderChange, ReweighedAnswer
    from queries.paths import Path, PathAnswer, Step
    from queries.search import SearchAnswer


def paths(answer: PathAnswer) -> Body:
    def end(one: Any) -> Body:
        return {"id": one.id, "name": one.name, "kind": one.kind or None, "size": one.size}

    return {
        "revision": answer.revision,
        "as_of": answer.as_of,
        "known_at": moment(answer.known_at),
        "start": end(answer.start),
        "goal": end(answer.goal),
        "results": [path_body(path) for path in answer.results],
        "exhausted": answer.exhausted,
        "reason": answer.reason or None,
        "compare_to": answer.compare_to,
        "then": [{**path_body(one.path), "live_now": one.live, "now": list(one.now)} for one in answer.then],
        "order": None,
    }


def reweighed(answer: ReweighedAnswer) -> Body:
    """The paths by other weights, with what these moved in ``order``."""
    return paths(answer.paths) | {"order": _order(answer.order)}


def _order(change: OrderChange) -> Body:
    """Which paths have passed each other, and why."""
    return {
        "same": change.same,
        "swaps": [
            {
                "rises": list(one.rises),
                "falls": list(one.falls),
                "before": one.before,
                "after": one.after,
                "moved": dict(one.moved),
                "decisive": one.decisive or None,
                "sentence": one.sentence,
            }
            for one in change.swaps
        ],
        "came": [list(ids) for ids in change.came],
        "went": [list(ids) for ids in change.went],
    }


def path_body(path: Path) -> Body:
    return {
        "score": path.score,
        "parts": dict(path.parts),
        "weakest": {"step": path.weakest.step, "sentence": path.weakest.sentence, "cost": path.weakest.cost},
        "live": path.live,
        "steps": [_step(step) for step in path.steps],
        "through": [
            {"id": one.id, "name": one.name, "kind": one.kind, "neighbours": one.neighbours, "cost": one.cost}
            for one in path.through
        ],
    }


def _step(step: Step) -> Body:
    return {
        "from": step.from_id,
        "from_name": step.from_name,
        "to": step.to_id,
        "to_name": step.to_name,
        "predicate": step.predicate,
        "sentence": step.sentence,
        "state": step.state,
        "cost": step.cost,
        "parts": dict(step.parts),
        "statements": [statement(one) for one in step.statements],
        "denials": [statement(one) for one in step.denials],
    }


def neighbourhood(answer: NeighbourhoodAnswer) -> Body:
    """The neighbours of an entity and the links among them."""
    nodes = [_neighbour(one) for one in answer.nodes]
    return {
        "revision": answer.revision,
        "as_of": answer.as_of,
        "known_at": moment(answer.known_at),
        "centre": _neighbour(answer.centre),
        "results": nodes[1:],
        "nodes": nodes,
        "links": [
            {
                "from": link.from_id,
                "to": link.to_id,
                "predicate": link.predicate,
                "state": link.state,
                "statements": [statement(answer.statements[id]) for id in link.statements],
            }
            for link in answer.links
        ],
        "total_nodes": answer.total_nodes,
        "total_links": answer.total_links,
        "truncated": answer.truncated,
    }


def _neighbour(one: Neighbour) -> Body:
    return {
        "id": one.id,
        "name": one.name,
        "kind": one.kind,
        "subtype": one.subtype or None,
        "distance": one.distance,
        "degree": one.degree,
    }


def search(answer: SearchAnswer) -> Body:
    return {
        "revision": answer.revision,
        "known_at": moment(answer.known_at),
        "text": answer.text,
        "results": [
            {
                "id": hit.id,
                "name": hit.name,
                "kind": hit.kind,
                "matched": hit.matched,
                "score": hit.score,
                "reason": hit.reason,
                "keep_apart": list(hit.keep_apart),
            }
            for hit in answer.results
        ],
        "more": answer.more,
    }
