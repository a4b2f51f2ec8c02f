"""Bodies of the graph itself: its vocabulary and its revisions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.shapes.statements import Body, moment
from graph.model import CONFIDENCES
from graph.rdf_terms import terms
from graph.vocabulary import Predicate, vocabulary

if TYPE_CHECKING:
    from graph.store import Change


def words(revision: int) -> Body:
    """The vocabulary."""
    held = vocabulary()
    return {
        "revision": revision,
        "kinds": [
            {"name": one.name, "label": one.label, "plural": one.plural, "what": one.what} for one in held.kinds.values()
        ],
        "predicates": [_predicate(one) for one in held.predicates.values()],
        "statuses": [{"name": one.name, "counts": one.counts, "what": one.what} for one in held.statuses.values()],
        "confidences": list(CONFIDENCES),
    }


def _predicate(word: Predicate) -> Body:
    return {
        "name": word.name,
        "is_link": word.is_link,
        "domain": sorted(word.domain) if word.domain is not None else None,
        "range": sorted(word.range) if word.range is not None else None,
        "sentence": word.sentence,
        "inverse": word.inverse or None,
        "symmetric": word.symmetric,
        "traversable": word.traversable,
        "strength": word.strength if word.traversable else None,
        "rdf": terms().short(terms().written[word.name]) if word.name in terms().written else None,
        "negates": word.negates or None,
        "type": word.type or None,
        "choices": list(word.choices),
    }


def change(one: Change) -> Body:
    """One revision."""
    return {
        "revision": one.revision,
        "source": one.source,
        "at": moment(one.at),
        "added": one.added,
        "withdrawn": one.withdrawn,
        "unchanged": one.unchanged,
    }
