"""The Cypher of the questions: few texts, so that the server plans them once; everything else is a parameter.

In all of them ``x`` is a statement as one loaded source says it, a relationship or a node; ``$now`` is the revision.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from graph.neo4j_schema import link_types
from graph.vocabulary import vocabulary

_OPEN: Final = "x.opened <= $now AND (x.closed IS NULL OR x.closed > $now)"
_REST: Final = "coalesce(x.valid_from, ''), coalesce(x.valid_to, ''), x.source, x.confidence, coalesce(x.qualifiers, '')"
_LITERAL: Final = f"x.id, x.subject, x.predicate, null, x.value, {_REST}"
_LINK: Final = f"x.id, startNode(x).id, coalesce(x.predicate, toLower(type(x))), endNode(x).id, null, {_REST}"

MERGES: Final = f"MATCH (s:Entity)-[x:SAME_AS]->(o:Entity) WHERE {_OPEN} RETURN DISTINCT {_LINK}"

TEXTS: Final = (
    "MATCH (x:Statement) USING INDEX x:Statement(subject) "
    f"WHERE x.subject IN $ids AND x.predicate IN $predicates AND {_OPEN} RETURN DISTINCT {_LITERAL}"
)
"""What is told of some entities by some literal predicates."""

LITERALS: Final = (
    "MATCH (x:Statement) USING INDEX x:Statement(predicate, id) "
    "WHERE x.predicate = $predicate AND x.id >= '' AND (size($values) = 0 OR x.value IN $values) "
    f"AND {_OPEN} RETURN DISTINCT {_LITERAL}"
)
"""All texts of one predicate; only these values, where some are given."""

FORWARD: Final = (
    f"UNWIND $ids AS id MATCH (:Entity {{id: id}})-[x:$any($types)]->(:Entity) WHERE {_OPEN} RETURN DISTINCT {_LINK}"
)
BACKWARD: Final = (
    f"UNWIND $ids AS id MATCH (:Entity {{id: id}})<-[x:$any($types)]-(:Entity) WHERE {_OPEN} RETURN DISTINCT {_LINK}"
)
"""The links of some types that some entities have in one direction, of any time."""

_IN_TIME: Final = "x.first < $end AND (x.end > $first OR $ended OR {past})"
_PAST: Final = (
    "EXISTS { MATCH (k:Statement) WHERE k.subject IN [startNode(x).id, endNode(x).id] AND k.predicate = 'kind' "
    "AND k.value IN $occurrences }"
)
_ASKED: Final = "type(x) IN $types AND x.confidence IN $confidences"


def _any(traversable: bool) -> str:
    """The relationship types that a question may follow, in one order."""
    words = vocabulary().predicates
    return "|".join(sorted(type_ for name, type_ in link_types().items() if words[name].traversable or not traversable))


@cache
def around(traversable: bool) -> str:
    """The links of some entities that are known, in time, of the types and confidences asked for; at either end.

    With ``$inside`` only those between two of the entities.
    """
    return (
        f"UNWIND $ids AS id MATCH (:Entity {{id: id}})-[x:{_any(traversable)}]-(o:Entity) WHERE {_ASKED} "
        f"AND (NOT $inside OR o.id IN $ids) AND {_OPEN} AND {_IN_TIME.format(past=_PAST)} RETURN DISTINCT {_LINK}"
    )


@cache
def nearest() -> str:
    """The ids along one of the shortest paths that the filters allow; no row where there is none.

    The filters stand inside the quantified path pattern, so the server drops a link when it meets it. Kinds are those that the
    entities show, so this is for the newest revision only.
    """
    past = "a.kind IN $occurrences OR b.kind IN $occurrences"
    allowed = "(size($kinds) = 0 OR b.kind IN $kinds) AND NOT b.kind IN $not_kinds AND NOT b.id IN $not_through"
    return (
        "MATCH path = SHORTEST 1 (s:Entity {id: $start}) "
        f"((a)-[x:{_any(True)} WHERE {_ASKED} AND {_OPEN}]-(b) "
        f"WHERE {_IN_TIME.format(past=past)} AND (b.id = $goal OR {allowed}))+ (g:Entity {{id: $goal}}) "
        "RETURN [n IN nodes(path) | n.id]"
    )


LIKE: Final = (
    "CALL db.index.fulltext.queryNodes($index, $words, {limit: $most}) YIELD node AS x, score "
    f"WHERE x.predicate IN $predicates AND {_OPEN} RETURN x.subject AS id, max(score) AS best ORDER BY best DESC, id"
)
"""Entities with a name that the full-text index finds, best first."""


def make_index(name: str) -> tuple[str, ...]:
    """What makes the full-text index of all texts, and waits until it is there."""
    return (
        f"CREATE FULLTEXT INDEX {name} IF NOT EXISTS FOR (s:Statement) ON EACH [s.value] "
        "OPTIONS {indexConfig: {`fulltext.analyzer`: 'standard-folding'}}",
        "CALL db.awaitIndexes(600)",
    )
