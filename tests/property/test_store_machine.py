"""Random histories of ``replace`` on a real store, held against a dictionary.

The model keeps, for each revision, its moment and what every source said from then on. A store must answer as the model does
at any moment and any valid time, and must give today the answers that it gave then.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule, run_state_machine_as_test

from graph.errors import InputError
from graph.model import ANY_TIME, AsOf, Period, Statement
from graph.store import Change, Store
from tests.contract.places import SORTS, Fresh, Opener
from tests.factories import link, text

START: Final = datetime(2026, 1, 1, tzinfo=UTC)
TICK: Final = timedelta(microseconds=1)
NAMES: Final = ("a", "b", "c")
PREDICATES: Final = ("member_of", "funds", "name")
SOURCES: Final = ("one.csv", "two.csv", "three.csv")
PERIODS: Final = (("", ""), ("2020", "2021"), ("2021-03", ""), ("", "2020-12-31"))
DATES: Final = (None, "2019", "2020", "2020-12-31", "2021-01-01", "2021-02", "2021-03-01", "2022")

UNIVERSE: Final[tuple[Statement, ...]] = tuple(
    sorted(
        [
            *(
                link(a, word, b, period=period)
                for a in NAMES
                for b in NAMES
                for word in PREDICATES[:2]
                for period in PERIODS[:3]
            ),
            *(text(a, PREDICATES[2], value, period=period) for a in NAMES for value in "xy" for period in PERIODS),
        ],
        key=lambda statement: statement.id,
    )
)
"""Few enough that histories meet the same statement again and again."""

_LOADS = st.lists(st.sampled_from(UNIVERSE), min_size=1, max_size=25)
_STEPS = st.sampled_from([timedelta(0), TICK, timedelta(milliseconds=-900), timedelta(seconds=1), timedelta(days=40)])
_MOMENTS = st.integers(min_value=-1, max_value=30)


class _Interrupted(Exception):
    pass


@dataclass
class Model:
    """What a store should know: the changes, and what each source said from each of them on."""

    changes: list[Change] = field(default_factory=list)
    said: list[dict[str, frozenset[str]]] = field(default_factory=lambda: [{}])

    def replace(self, source: str, statements: Sequence[Statement], at: datetime) -> Change:
        """The change that the store should report."""
        before, after = self.said[-1].get(source, frozenset()), frozenset(statement.id for statement in statements)
        unchanged = len(before & after)
        if before == after:
            return Change(len(self.changes), source, at, 0, 0, unchanged)
        moment = max(at, self.changes[-1].at + TICK) if self.changes else at
        self.changes.append(Change(len(self.changes) + 1, source, moment, len(after - before), len(before - after), unchanged))
        self.said.append({**self.said[-1], source: after})
        return self.changes[-1]

    def last_of(self, source: str) -> datetime | None:
        """When the source last changed."""
        return max((change.at for change in self.changes if change.source == source), default=None)

    def revision_at(self, known: datetime | None) -> int:
        """The newest revision that was there."""
        return sum(known is None or change.at <= known for change in self.changes)

    def shown(self, when: AsOf) -> list[Statement]:
        """The statements to see, ordered by id."""
        known = frozenset[str]().union(*self.said[self.revision_at(when.known)].values())
        return [statement for statement in UNIVERSE if statement.id in known and when.shows(statement.valid)]

    def delta(self, since: int) -> list[tuple[int, str, bool]]:
        """What came and went, in order."""
        steps: list[tuple[int, str, bool]] = []
        for change in self.changes[since:]:
            before = self.said[change.revision - 1].get(change.source, frozenset())
            after = self.said[change.revision][change.source]
            steps += sorted((change.revision, id, id in after) for id in before ^ after)
        return steps


class StoreMachine(RuleBasedStateMachine):
    """The rules: load, load again, fail, open again, look at any moment, look back."""

    fresh: Fresh

    @initialize(loads=st.lists(st.tuples(st.sampled_from(SOURCES), _LOADS, _STEPS), max_size=8))
    def begin(self, loads: list[tuple[str, list[Statement], timedelta]]) -> None:
        self.opener: Opener = self.fresh()
        self.store: Store = self.opener()
        self.model = Model()
        self.clock = START
        self.seen: dict[AsOf, list[str]] = {}
        for source, statements, step in loads:
            self.load(source, statements, step)

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()

    @rule(source=st.sampled_from(SOURCES), statements=_LOADS, step=_STEPS)
    def load(self, source: str, statements: list[Statement], step: timedelta) -> None:
        self.clock += step
        last = self.model.last_of(source)
        if last is not None and self.clock < last - timedelta(seconds=1):
            self.clock = last
        assert self.store.replace(source, iter(statements), self.clock) == self.model.replace(source, statements, self.clock)

    @rule(source=st.sampled_from(SOURCES), drop=st.integers(min_value=0, max_value=3), step=_STEPS)
    def shorten(self, source: str, drop: int, step: timedelta) -> None:
        """Most of what the source says, again."""
        said = self.model.said[-1].get(source, frozenset())
        self.load(source, [statement for statement in UNIVERSE if statement.id in said][drop:], step)

    @precondition(lambda self: self.model.changes)
    @rule(source=st.sampled_from(SOURCES))
    def load_again(self, source: str) -> None:
        said = self.model.said[-1].get(source, frozenset())
        statements = [statement for statement in reversed(UNIVERSE) if statement.id in said]
        change = self.store.replace(source, [*statements, *statements], self.clock + timedelta(days=400))
        assert (change.revision, change.added, change.withdrawn) == (len(self.model.changes), 0, 0)

    @rule(source=st.sampled_from(SOURCES), statements=_LOADS)
    def fail(self, source: str, statements: list[Statement]) -> None:
        """A load that breaks off, and one that is dated before the last."""

        def broken() -> Iterator[Statement]:
            yield from statements
            raise _Interrupted

        with pytest.raises(_Interrupted):
            self.store.replace(source, broken(), self.clock + timedelta(days=400))
        last = self.model.last_of(source)
        if last is not None:
            with pytest.raises(InputError):
                self.store.replace(source, statements, last - timedelta(seconds=1) - TICK)

    @rule()
    def open_again(self) -> None:
        self.store.close()
        self.store = self.opener()

    @rule(moments=st.lists(_MOMENTS, min_size=1, max_size=4), early=st.booleans(), valid=st.sampled_from(DATES))
    def look(self, moments: list[int], early: bool, valid: str | None) -> None:
        """Every read, at a few moments of the past or now."""
        for moment in moments:
            self._look(moment, early, valid)

    def _look(self, moment: int, early: bool, valid: str | None) -> None:
        changes = self.model.changes
        known = changes[moment % len(changes)].at - early * TICK if changes and moment >= 0 else None
        when = AsOf(valid, known)
        expected = self.model.shown(when)
        assert list(self.store.scan(None, when)) == expected
        for predicate in PREDICATES:
            assert list(self.store.scan(predicate, when)) == [x for x in expected if x.predicate == predicate]
        by_predicate = sorted(expected, key=lambda statement: (statement.predicate, statement.id))
        for name in NAMES:
            assert list(self.store.about(name, when)) == [x for x in by_predicate if x.subject == name]
            assert list(self.store.links(name, when)) == [x for x in by_predicate if x.object == name]
        assert {record.statement.id for record in self.store.records(None, when)} == {x.id for x in expected}
        if known is not None:
            assert self.store.revision_at(known) == self.model.revision_at(known)
            self.seen[when] = [statement.id for statement in expected]

    @rule(since=st.integers(min_value=0, max_value=30))
    def look_back(self, since: int) -> None:
        since = min(since, len(self.model.changes))
        assert list(self.store.changes(since)) == self.model.changes[since:]
        found = [(delta.revision, delta.statement.id, delta.added) for delta in self.store.delta(since)]
        assert found == self.model.delta(since)

    @rule()
    def read_all_records(self) -> None:
        """Records are the same history as a list of periods."""
        records = list(self.store.records(None, ANY_TIME, ever=True))
        keys = [(record.statement.id, record.origin, record.known_from) for record in records]
        assert keys == sorted(set(keys))
        for change in self.model.changes:
            said = self.model.said[change.revision]
            open_then = {
                (record.origin, record.statement.id)
                for record in records
                if record.known_from <= change.at and (record.known_to is None or change.at < record.known_to)
            }
            assert open_then == {(source, id) for source, ids in said.items() for id in ids}

    @rule()
    def what_was_known_then_is_known_to_have_been_known(self) -> None:
        for when, ids in self.seen.items():
            assert [statement.id for statement in self.store.scan(None, when)] == ids

    @invariant()
    def the_present_agrees(self) -> None:
        if not hasattr(self, "store"):
            return
        assert self.store.revision() == len(self.model.changes)
        shown = self.model.shown(ANY_TIME)
        assert list(self.store.scan(None, ANY_TIME)) == shown
        for predicate in PREDICATES:
            assert list(self.store.scan(predicate, ANY_TIME)) == [x for x in shown if x.predicate == predicate]


@pytest.fixture(params=SORTS)
def fresh(request: pytest.FixtureRequest) -> Fresh:
    """Makes empty places for one sort of store."""
    made: Fresh = request.param(request)
    return made


def test_any_history(fresh: Fresh, request: pytest.FixtureRequest) -> None:
    class Machine(StoreMachine):
        pass

    Machine.fresh = staticmethod(fresh)
    examples = 80 if "sqlite" in request.node.callspec.id else 6  # a server takes its time for each step
    run_state_machine_as_test(Machine, settings=settings(max_examples=examples, stateful_step_count=25))


def test_the_universe_has_what_it_takes() -> None:
    """Distinct ids, periods that some dates touch and others do not, links from an entity to itself."""
    assert len({statement.id for statement in UNIVERSE}) == len(UNIVERSE) == 78
    assert any(statement.subject == statement.object for statement in UNIVERSE)
    for date in DATES[1:]:
        assert 0 < sum(AsOf(date).shows(Period(*period)) for period in PERIODS) < len(PERIODS)
