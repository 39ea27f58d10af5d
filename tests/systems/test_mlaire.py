from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from findry.errors import InputError, MissingResource
from findry.evaluate import evaluate
from findry.evaluate.language import lang_ndcg, language_preference
from findry.systems import Bench, published
from findry.systems.parallel import load_parallel
from findry.systems.parallel_simulated import boosted, simulated, tags_shuffled

WORDS = {"de": "ameise blatt", "el": "myrmigki fyllo", "en": "ant leaf"}
GROUPS = 12


def folder(root: Path) -> Path:
    for language, words in WORDS.items():
        home = root / language
        (home / "qrels").mkdir(parents=True)
        rows = [{"_id": f"g{n}", "title": "", "text": f"{words} {language}{n} {1000 + n}"} for n in range(GROUPS)]
        asked = [{"_id": f"q{n}", "text": f"{words.split()[0]} {language}{n}"} for n in range(GROUPS)]
        for name, lines in (("corpus", rows), ("queries", asked)):
            with gzip.open(home / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
                file.writelines(json.dumps(line) + "\n" for line in lines)
        judged = "".join(f"q{n}\tg{n}\t1\n" for n in range(GROUPS))
        (home / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\n" + judged, "utf-8")
    return root


def mean(values: dict[str, float]) -> float:
    return float(np.mean(list(values.values())))


def test_the_pool_is_shuffled_and_its_ids_tell_no_language(tmp_path: Path) -> None:
    loaded = load_parallel(str(folder(tmp_path)), questions=4)
    tags = [loaded.pool.item_language[document.id] for document in loaded.documents]
    assert len(tags) == GROUPS * 3
    assert tags != sorted(tags)
    assert not any(language in document.id for document in loaded.documents for language in WORDS)
    assert len(loaded.queries) == 4 * 3
    texts = {document.id: document.contents() for document in loaded.documents}
    assert all(loaded.pool.item_language[id] in text for id, text in texts.items())


def test_a_language_that_lacks_a_passage_is_refused(tmp_path: Path) -> None:
    corpus = folder(tmp_path) / "el" / "corpus.jsonl.gz"
    lines = gzip.decompress(corpus.read_bytes()).splitlines(keepends=True)
    corpus.write_bytes(gzip.compress(b"".join(lines[1:])))
    with pytest.raises(InputError, match="not parallel"):
        load_parallel(str(tmp_path))
    with pytest.raises(MissingResource):
        load_parallel(str(tmp_path / "nowhere"))


def test_the_simulated_retriever_prefers_no_language_until_the_knob_is_turned(tmp_path: Path) -> None:
    pool = load_parallel(str(folder(tmp_path))).pool
    preferred = [mean(language_preference(simulated(pool, "close", knob=knob), pool)) for knob in (0.0, 0.1, 0.4)]
    assert preferred == sorted(preferred)
    assert preferred[-1] == 1
    plain = simulated(pool, "close")
    lifted = boosted(plain, pool, 0.1)
    assert mean(lang_ndcg(lifted, pool)) > mean(lang_ndcg(plain, pool))
    assert evaluate(lifted, pool.qrels(), "R@3").mean("R@3") == evaluate(plain, pool.qrels(), "R@3").mean("R@3")
    assert tags_shuffled(pool).item_language != pool.item_language


@pytest.mark.slow
@pytest.mark.data
def test_the_check_runs_on_xquad(shared_data: Callable[[str], Path]) -> None:
    found = published("mlaire").check(Bench([str(shared_data("xquad"))], encoder=None))
    assert [control.holds for control in found.controls] == [True]
    assert all(claim.holds for claim in found.claims if not claim.what.startswith("loose, knob"))
