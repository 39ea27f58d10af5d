"""``findry systems`` and ``findry try``: the published systems that findry holds, and whether their claims hold."""

from __future__ import annotations

__all__ = ["systems_command", "try_command"]

from typing import TYPE_CHECKING, Annotated

import typer

from findry.cli.options import Format, OutputFormat

if TYPE_CHECKING:
    from findry.systems import Bench, Claim, Finding, Published


def systems_command(
    action: Annotated[
        str | None, typer.Argument(metavar="[show ID]", help="Nothing: list all.  show ID: one in full.")
    ] = None,
    id: Annotated[str | None, typer.Argument(metavar="", hidden=True)] = None,
    output: OutputFormat = Format.TABLE,
) -> int | None:
    """List the published systems that findry holds.

    ``findry systems show ID`` tells what one is: its recipe, source, claim and check.
    """
    from findry.cli.output import emit, table
    from findry.errors import InputError
    from findry.systems import published, systems

    if action is not None:
        if action != "show" or id is None:
            raise InputError("systems lists all, or shows one", expected="findry systems show ID", received=action)
        _show(published(id), output)
        return 0
    found = systems()
    if output is Format.JSON:
        emit([_told(one) for one in found.values()])
        return 0
    rows = [
        [one.id, one.family, one.kind, ", ".join(one.needs) or "-", one.status, one.paper, one.title]
        for one in found.values()
    ]
    table(("id", "family", "kind", "needs", "status", "paper", "title"), rows, title=f"{len(rows)} published systems")
    return 0


def _told(one: Published) -> dict[str, object]:
    return {
        "id": one.id,
        "family": one.family,
        "kind": one.kind,
        "title": one.title,
        "paper": one.paper,
        "needs": list(one.needs),
        "claim": one.claim,
        "data": list(one.data),
        "recipe": dict(one.recipe),
        "source": one.source,
        "status": one.status,
        "matrix": [{"axis": row.axis, "what": row.what, "done": row.done} for row in one.matrix],
    }


def _show(one: Published, output: Format) -> None:
    from findry.cli.output import emit, pairs

    if output is Format.JSON:
        emit({**_told(one), "about": one.about})
        return
    print(f"{one.id}: {one.title}\n\n{one.about}\n")
    pairs(
        [
            ("family", f"{one.family}, {one.kind}"),
            ("paper", one.paper),
            ("claim", one.claim),
            ("needs", ", ".join(one.needs) or "nothing but an index"),
            ("checked on", ", ".join(one.data)),
            ("source", one.source),
        ]
    )
    if one.matrix:
        print(f"\nmatrix: {one.status} are done")
        pairs((f"  {row.axis}", f"{'done' if row.done else 'open'}  {row.what}") for row in one.matrix)
    if one.recipe:
        print("\nrecipe:")
        pairs((f"  {name}", text) for name, text in one.recipe.items())
    print(f"\nnext: findry try {one.id}")


def try_command(
    id: Annotated[str, typer.Argument(metavar="ID", help="A system; findry systems lists them.")],
    on: Annotated[
        list[str] | None,
        typer.Option("--on", metavar="SET", help="Other data sets than the check's own; repeatable."),
    ] = None,
    record: Annotated[
        str | None, typer.Option("--record", metavar="FOLDER", help="Keep the figures, query by query, in a ledger.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="The finding as JSON.")] = False,
) -> int | None:
    """Check the claim of a published system on real data.

    It runs against its baseline and its controls.  Data sets are folders, or names in the folder FINDRY_DATA.
    """
    from findry.cli.output import emit
    from findry.systems import Bench, published

    one = published(id)
    bench = Bench(on or one.data, encoder="minilm" if "encoder" in one.needs else None)
    found = one.check(bench)
    if record is not None:
        _record(found, record, bench)
    if json:
        emit(found.to_dict())
    else:
        _show_finding(one, found)
    return 0


def _record(found: Finding, folder: str, bench: Bench) -> None:
    from pathlib import Path

    from findry.cli.output import note
    from findry.ledger import rows_of, write

    command = " ".join([f"findry try {found.id}", *(f"--on {name}" for name in bench.names)])
    for path in write(Path(folder).expanduser(), rows_of(found, command, bench.encoder, bench.names)):
        note(f"wrote {path}")


def _show_finding(one: Published, found: Finding) -> None:
    from findry.cli.output import note, table
    from findry.cli.study_tables import show_comparison

    for name, comparison in found.tables.items():
        print(f"== {name}")
        show_comparison(comparison)
        print()
    mark = " (simulated language model)" if found.simulated else ""
    print(f"{one.id} on {found.dataset}{mark}\nclaim: {one.claim}\n")
    said = " (simulated)" if found.simulated else ""
    rows = [[f"claim{said}", *_claim(claim)] for claim in found.claims]
    rows += [[f"control{said}", *_claim(claim)] for claim in found.controls]
    table(("", "what", "expected", "found", "holds"), rows)
    print(f"\nverdict{said}: {found.verdict}")
    for line in found.notes:
        note(f"note: {line}")


def _claim(claim: Claim) -> list[str]:
    span = "" if claim.interval is None else f" {claim.interval}"
    holds = {True: "yes", False: "no", None: "cannot tell"}[claim.holds]
    return [claim.what, claim.expected, f"{claim.value:.4g}{span}", holds]
