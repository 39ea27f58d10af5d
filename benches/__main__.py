"""``python -m benches [NAME ...]``: run benches, print their tables, and write docs/benchmarks.md anew."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path

from benches.one import BENCHES
from benches.page import section, write_page
from benches.plots import draw
from benches.setting import ROOT

RESULTS = ROOT / "docs" / "benchmarks"


def main() -> int:
    """1 when a bench broke off; the others are run all the same."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHES)}; all by default")
    parser.add_argument("--small", action="store_true", help="sizes that run in seconds; nothing is written")
    parser.add_argument("--peers", help="only these libraries, with commas")
    given = parser.parse_args()
    unknown = [name for name in given.names if name not in BENCHES]
    if unknown:
        parser.error(f"no bench {', '.join(unknown)}; there are {', '.join(BENCHES)}")
    failed = []
    with ExitStack() as stack:
        folder = os.environ.get("FINDRY_BENCH") or stack.enter_context(tempfile.TemporaryDirectory(prefix="benches-"))
        results = Path(stack.enter_context(tempfile.TemporaryDirectory())) if given.small else RESULTS
        results.mkdir(parents=True, exist_ok=True)
        for name in given.names or BENCHES:
            print(f"== {name}", flush=True)
            out = results / f"{name}.json"
            options = [*(["--small"] if given.small else []), *(["--peers", given.peers] if given.peers else [])]
            command = [sys.executable, "-m", "benches.one", name, folder, str(out), *options]
            if subprocess.run(command, cwd=ROOT, env=_environment(name)).returncode:
                failed.append(name)
            else:
                print(section(name, json.loads(out.read_text("utf-8"))), flush=True)
                draw(name, out)
        if not given.small:
            write_page(ROOT / "docs" / "benchmarks.md", RESULTS)
    if failed:
        print(f"broke off: {', '.join(failed)}", file=sys.stderr)
    return int(bool(failed))


def _environment(name: str) -> dict[str, str]:
    """The environment with as many threads of each library as the bench is run with; 0 leaves that to them."""
    threads = import_module(f"benches.{name}").THREADS
    names = ("OMP", "OPENBLAS", "MKL", "NUMBA", "RAYON") if threads else ()
    return os.environ | {f"{library}_NUM_THREADS": str(threads) for library in names}


if __name__ == "__main__":
    sys.exit(main())
