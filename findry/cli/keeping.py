"""``findry verify``, ``backup``, ``optimize`` and ``migrate``: what keeps an index for years."""

from __future__ import annotations

__all__ = ["backup_command", "migrate_command", "optimize_command", "verify_command"]

from pathlib import Path
from typing import Annotated

import typer

from findry.cli.options import CommitNumber, Format, Kb, Keep, OutputFormat, Quiet

DAMAGED = 4


def verify_command(kb: Kb, quiet: Quiet = False, output: OutputFormat = Format.TABLE) -> int | None:
    """Read every byte and compare it with its checksums.

    Exit 4 when anything is damaged; each damaged file is named, and the commits that are whole.
    """
    import sys

    from findry.cli.output import emit, note, pairs, show_bytes
    from findry.cli.progress import measured, shown
    from findry.index.verify import verify

    root = Path(kb).expanduser()
    with measured("verify", show=shown(quiet)) as told:
        found = verify(root, seen=lambda _, length: told(length))
    if output is Format.JSON:
        damage = [{"what": error.what, "where": error.where, "next": error.hint} for error in found.damage]
        counts = {"files": found.files, "bytes": found.bytes, "unused": found.unused, "damage": damage}
        emit({"good": found.good, "commit": found.newest, "intact": found.intact, **counts})
    else:
        pairs(
            [
                ("commit", str(found.newest or "unknown")),
                ("intact", ", ".join(map(str, found.intact)) or "no commit"),
                ("read", f"{found.files:,} files and segments, {show_bytes(found.bytes)}"),
                ("damage", f"{len(found.damage):,}" if found.damage else "none"),
            ]
        )
    for error in found.damage:
        print(f"damaged: {error}", file=sys.stderr)
    if found.unused:
        note(f"no commit names {len(found.unused):,} files; the next writer removes them")
    return 0 if found.good else DAMAGED


def backup_command(
    kb: Kb,
    target: Annotated[str, typer.Argument(metavar="TARGET", help="A new folder, or an older backup of this index.")],
    commit: CommitNumber = None,
    output: OutputFormat = Format.TABLE,
) -> int | None:
    """Copy one commit to another folder.

    The index may be in use meanwhile; of an older backup only what it lacks is copied.
    """
    from findry.cli.output import emit, pairs, show_bytes
    from findry.index.backup import backup

    done = backup(Path(kb).expanduser(), Path(target).expanduser(), commit)
    if output is Format.JSON:
        emit({"target": target, "commit": done.commit, "copied": done.copied, "kept": done.kept})
    else:
        there = f", {show_bytes(done.kept)} was there" if done.kept else ""
        pairs([("backup", f"commit {done.commit} in {target}"), ("copied", show_bytes(done.copied) + there)])
    return 0


def optimize_command(kb: Kb, keep: Keep = 2, output: OutputFormat = Format.TABLE) -> int | None:
    """Merge all segments into one and drop what is deleted."""
    return _rewritten(kb, "optimize", keep, output)


def migrate_command(kb: Kb, keep: Keep = 2, output: OutputFormat = Format.TABLE) -> int | None:
    """Write an older index in the newest format.

    Nothing is encoded or analysed anew.
    """
    return _rewritten(kb, "migrate", keep, output)


def _rewritten(kb: str, how: str, keep: int, output: Format) -> int:
    from findry.cli.output import emit, pairs, show_bytes
    from findry.cli.sources import open_index

    index = open_index(kb)
    before = index.info()
    with index.writer(merge="off", keep=keep) as writer:
        getattr(writer, how)()
    after = index.info()
    if output is Format.JSON:
        emit({name: {"before": before[name], "after": after[name]} for name in ("commit", "segments", "bytes")})
    else:
        pairs(
            [
                ("commit", f"{before['commit']} -> {after['commit']}"),
                ("segments", f"{before['segments']:,} -> {after['segments']:,}"),
                ("bytes", f"{show_bytes(before['bytes'])} -> {show_bytes(after['bytes'])}"),
            ]
        )
    return 0
