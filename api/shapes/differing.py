"""Bodies of what differs: between two views of the graph, and between sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.shapes.statements import Body, moment, statement

if TYPE_CHECKING:
    from queries.changes import ChangesAnswer
    from queries.disagreements import DisagreementsAnswer


def differences(answer: ChangesAnswer) -> Body:
    """What differs between two views."""
    return {
        "revision": answer.revision,
        "since_revision": answer.since_revision,
        "until_revision": answer.until_revision,
        "since": answer.since,
        "until": answer.until,
        "total": answer.total,
        "causes": dict(answer.causes),
        "results": [
            {
                "appeared": one.appeared,
                "cause": one.cause,
                "origin": one.origin or None,
                "statement": statement(one.statement),
                "counterpart": one.counterpart or None,
            }
            for one in answer.results
        ],
        "truncated": answer.truncated,
    }


def disagreements(answer: DisagreementsAnswer) -> Body:
    """Where sources disagree."""
    return {
        "revision": answer.revision,
        "as_of": answer.as_of,
        "known_at": moment(answer.known_at),
        "results": [
            {
                "sort": one.sort,
                "subject": one.subject,
                "subject_name": one.subject_name,
                "matter": one.matter,
                "label": one.label or None,
                "sides": [
                    {"says": side.says, "statements": [statement(said) for said in side.statements]} for side in one.sides
                ],
            }
            for one in answer.results
        ],
    }
