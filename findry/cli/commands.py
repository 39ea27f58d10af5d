"""The commands: where each is defined, as module and function of this room, and its examples."""

from __future__ import annotations

__all__ = ["COMMANDS"]

COMMANDS: dict[str, tuple[str, str]] = {
    "index": (
        "indexing:index_command",
        """\b
Examples:
  findry index notes/ -o kb
  findry index papers.csv -o kb --fields "id=doi title=name text=abstract values=year,lang"
  findry index rows.jsonl -o kb --encoder none --weights "title=2,text=1" --on-error skip
  findry index python-docs -o kb --force""",
    ),
    "add": ("changing:add_command", """\b\nExample:\n  findry add kb more.jsonl --fields "id=key text=body" """),
    "delete": (
        "changing:delete_command",
        "\b\nExamples:\n  findry delete kb doc-17 doc-18\n  findry delete kb --from gone.txt",
    ),
    "sync": ("changing:sync_command", "\b\nExample:\n  findry sync kb notes/"),
    "search": (
        "searching:search_command",
        """\b
Operators: +must  -mustnot  "a phrase"  prefix*  field:word
After `--` words may begin with a sign:  findry search kb -- ants -leaves
Filters:   year >= 2020 and lang = 'en'
\b
Examples:
  findry search kb "red ants"
  findry search kb '+ants "carry leaves"' --filter "year >= 2020" --facet lang
  findry search kb red ants -k 5 --explain --output json""",
    ),
    "eval": (
        "evaluating:eval_command",
        """\b
Examples:
  findry eval kb --queries queries.tsv --qrels qrels.txt
  findry eval kb --on scifact/ --split test --pipeline bm25 --pipeline mine.toml
  findry eval kb --on python-docs --measures "nDCG@10 AP" --baseline bm25 --output json""",
    ),
    "compare": (
        "comparing:compare_command",
        """\b
Examples:
  findry compare kb bm25 dense hybrid --on scifact/
  findry compare kb bm25 "wide=bm25(k1=1.2, b=0.75)" --queries queries.tsv --qrels qrels.txt
  findry compare kb hybrid --run theirs=theirs.run --on scifact/ --output latex""",
    ),
    "marginal": (
        "comparing:marginal_command",
        """\b
Examples:
  findry marginal kb --on scifact/
  findry marginal kb "(bm25 % 100 | dense % 100) >> rrf" --on scifact/ --effect 0.02""",
    ),
    "funnel": (
        "following:funnel_command",
        """\b
Examples:
  findry funnel kb --on scifact/
  findry funnel kb "bm25 % 100" --on scifact/ --query 12""",
    ),
    "explain": ("following:explain_command", """\b\nExample:\n  findry explain kb "red ants" --doc doc-17"""),
    "systems": ("trying:systems_command", "\b\nExamples:\n  findry systems\n  findry systems show prf-interpolation"),
    "try": (
        "trying:try_command",
        """\b
Examples:
  findry try prf-interpolation
  findry try prf-interpolation --on cranfield/ --json""",
    ),
    "ledger": (
        "ledger:ledger_command",
        """\b
Examples:
  findry try prf-interpolation --record ledger
  findry ledger
  findry ledger verify --only prf-interpolation""",
    ),
    "info": ("info:info_command", "\b\nExample:\n  findry info kb --output json"),
    "verify": ("keeping:verify_command", "\b\nExample:\n  findry verify kb"),
    "backup": (
        "keeping:backup_command",
        "\b\nExamples:\n  findry backup kb /mnt/kb\n  findry backup kb old-kb --commit 3",
    ),
    "optimize": ("keeping:optimize_command", "\b\nExample:\n  findry optimize kb"),
    "migrate": ("keeping:migrate_command", "\b\nExample:\n  findry migrate kb"),
    "doctor": ("doctor:doctor_command", "\b\nExample:\n  findry doctor --warm"),
    "demo": (
        "demo:demo_command",
        "\b\nExamples:\n  findry demo\n  findry demo --quick\n  findry demo -o demo-kb --split dev",
    ),
}
