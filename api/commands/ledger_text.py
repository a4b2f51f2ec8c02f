"""The report of a load as text: the ledger of every file, what was left out and why, and every finding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from api.commands.output import Page, clean

if TYPE_CHECKING:
    from rich.table import Table

    from loaders.ledger import Finding, Report

_SHOWN_NOTES = 20


def tell_report(report: Report) -> None:
    """Print the report of a load."""
    page = Page()
    page.show(_ledger(report))
    balances = "it balances" if report.balanced else "it does NOT balance: this is a fault of the loader"
    page.line((f"read = loaded + unchanged + rejected + ignored; {balances}", "dim"), indent=0, hang=2)
    reasons = [(ledger.file, reason) for ledger in report.files for reason in ledger.reasons]
    if reasons:
        page.gap()
        for file, reason in reasons:
            page.line(f"{reason.rows:,} {reason.bucket} in {file}: {reason.reason}", hang=2)
    for name in report.skipped:
        page.line(f"skipped {name}: it is no CSV file", hang=2)
    if report.findings:
        page.gap()
        refused = any(ledger.refused for ledger in report.files)
        heading = "Nothing was loaded from files with these findings" if refused else "These rows were left out"
        page.line((heading, "bold red"))
        for finding in report.findings:
            _tell_finding(page, finding)
        if report.more_findings:
            page.line(f"and {report.more_findings:,} more", indent=2)
    if report.notes:
        page.gap()
        page.line(("To look at", "bold"))
        for note in report.notes[:_SHOWN_NOTES]:
            _tell_finding(page, note)
        more = len(report.notes) - _SHOWN_NOTES + report.more_notes
        if more > 0:
            page.line(f"and {more:,} more; --json lists them", indent=2)
    examples = [(ledger.file, one) for ledger in report.files for one in ledger.examples]
    if examples:
        page.gap()
        page.line(("What would change, for instance", "bold"))
        for file, one in examples:
            page.line((f"{file}, {one.change}: ", "bold"), clean(one.statement), indent=2, hang=2)
    page.gap()
    added = sum(ledger.added for ledger in report.files)
    withdrawn = sum(ledger.withdrawn for ledger in report.files)
    done = "would be" if report.dry_run else "were"
    page.line(f"{added:,} statements {done} added, {withdrawn:,} withdrawn, counted file by file. Revision {report.revision}.")
    if report.dry_run:
        page.line("This was a dry run: nothing was written.")


def _ledger(report: Report) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(
        box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold", show_footer=True, footer_style="bold"
    )
    totals = (report.read, report.loaded, report.unchanged, report.rejected, report.ignored)
    table.add_column("file", footer="all", overflow="fold")
    for head, total in zip(("read", "loaded", "unchanged", "rejected", "ignored"), totals, strict=True):
        table.add_column(head, footer=f"{total:,}", justify="right", no_wrap=True)
    for one in report.files:
        counts = (one.read, one.loaded, one.unchanged, one.rejected, one.ignored)
        name = clean(one.file) + (" (refused)" if one.refused else "")
        table.add_row(name, *(f"{count:,}" for count in counts), style="red" if one.refused else "")
    return table


def _tell_finding(page: Page, finding: Finding) -> None:
    place = f", row {finding.row}" if finding.row else ""
    column = f", column {finding.column}" if finding.column else ""
    page.line((f"{finding.file}{place}{column}: ", "bold"), finding.reason, indent=2, hang=2)
    if finding.value:
        page.line(f"value: {finding.value}", indent=4, hang=2)
    if finding.nearest:
        page.line(f"nearest: {', '.join(finding.nearest)}", indent=4, hang=2)
