"""The ledger tells when it does not balance."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace

import pytest

from loaders.ledger import FileLedger, Finding, Findings, Reason, gather, shown

GOOD = FileLedger(
    file="f.csv",
    source="x/f.csv",
    layout="links",
    read=10,
    loaded=3,
    unchanged=4,
    rejected=0,
    ignored=3,
    reasons=(Reason("ignored", "blank row", 1), Reason("ignored", "same as row 2", 2)),
)


def test_a_ledger_balances_or_says_that_it_does_not() -> None:
    assert GOOD.balanced
    assert not replace(GOOD, read=11).balanced
    assert not replace(GOOD, loaded=2).balanced
    assert not replace(GOOD, loaded=2, rejected=1).balanced  # a rejected row without its reason
    assert not replace(GOOD, reasons=GOOD.reasons[:1]).balanced
    assert GOOD.to_dict()["balanced"] is True


def test_a_ledger_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        GOOD.read = 1  # type: ignore[misc]


def test_findings_beyond_the_cap_are_counted() -> None:
    findings = Findings(most=2)
    assert not findings
    for row in range(2, 7):
        findings.add(Finding("f.csv", row, "a", "b", "wrong"))
    kept, more = gather([findings, Findings()], most=3)
    assert ([f.row for f in kept], more) == ([2, 3], 3)
    assert findings.rows == {2, 3, 4, 5, 6}


def test_values_are_shown_on_one_line_and_cut() -> None:
    assert shown("Côte") == "'Côte'"
    assert shown("a\nb\u202ec") == r"'a\nb\u202ec'"
    assert len(shown("x" * 10_000)) < 130


def test_a_finding_about_the_whole_file() -> None:
    finding = Finding("f.csv", 0, "", "", "the file is empty.")
    assert str(finding) == "f.csv: the file is empty."
    assert finding.to_dict()["row"] is None
