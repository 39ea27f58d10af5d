from __future__ import annotations

import ir_measures
import pytest

from findry.errors import SyntaxProblem
from findry.evaluate import parse
from findry.evaluate.measures import cutoff


@pytest.mark.parametrize(
    ("spelling", "canonical"),
    [
        # trec_eval
        ("ndcg_cut.10", "nDCG@10"),
        ("ndcg_cut_10", "nDCG@10"),
        ("ndcg", "nDCG"),
        ("recip_rank", "RR"),
        ("recall.100", "R@100"),
        ("recall_100", "R@100"),
        ("map", "AP"),
        ("map_cut_100", "AP@100"),
        ("P_10", "P@10"),
        ("success_5", "Success@5"),
        ("Rprec", "Rprec"),
        ("bpref", "Bpref"),
        ("num_rel_ret", "NumRet(rel=1)"),
        # ranx
        ("ndcg@10", "nDCG@10"),
        ("mrr@10", "RR@10"),
        ("recall@100", "R@100"),
        ("precision@5-l2", "P(rel=2)@5"),
        ("hit_rate@5", "Success@5"),
        # MTEB
        ("ndcg_at_10", "nDCG@10"),
        ("mrr_at_10", "RR@10"),
        ("recall_at_100", "R@100"),
        ("map_at_1000", "AP@1000"),
        # Sentence Transformers
        ("NanoBEIR_mean_cosine_ndcg@10", "nDCG@10"),
        ("cosine_accuracy@1", "Success@1"),
        # RecBole
        ("NDCG@10", "nDCG@10"),
        ("Recall@10", "R@10"),
        ("Hit@10", "Success@10"),
        ("MRR@10", "RR@10"),
        # ir_measures itself
        ("nDCG(dcg='exp-log2')@10", "nDCG(dcg='exp-log2')@10"),
        ("RBP(p=0.9)", "RBP(p=0.9)"),
        ("P(rel=2,judged_only=True)@10", "P(rel=2,judged_only=True)@10"),
        ("IPrec@0.1", "IPrec@0.1"),
        ("Judged@10", "Judged@10"),
        ("Accuracy@10", "Accuracy@10"),
    ],
)
def test_every_spelling_of_a_measure_prints_the_name_of_ir_measures(spelling: str, canonical: str) -> None:
    assert [repr(measure) for measure in parse(spelling)] == [canonical]


def test_our_reading_of_its_own_names_is_that_of_ir_measures() -> None:
    for name in ("nDCG@10", "RR", "AP(rel=2)@100", "P(judged_only=True)@5", "IPrec@0.1", "SetF(beta=0.5)"):
        assert parse(name) == [ir_measures.parse_measure(name)]


def test_lists_commas_blanks_and_doubles_are_fine() -> None:
    expected = ["nDCG@10", "P(rel=2, judged_only=True)@5", "AP"]
    names = [repr(m) for m in parse("ndcg@10,nDCG@10  P(rel=2, judged_only=True)@5\nmap")]
    assert names == [name.replace(", ", ",") for name in expected]
    assert parse(["nDCG@10", ir_measures.AP]) == parse("nDCG@10 AP")


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("nDCF@10", "did you mean nDCG?"),
        ("recal@5", "did you mean R?"),
        ("P", "write P@10"),
        ("main_score", None),
        ("nDCG(rel=2)@10", None),
        ("nDCG@0", None),
        ("P(rel=)@5", None),
        ("", None),
    ],
)
def test_what_is_no_measure_is_refused_with_the_nearest(text: str, hint: str | None) -> None:
    with pytest.raises(SyntaxProblem) as caught:
        parse(text)
    assert hint is None or caught.value.hint == hint


def test_only_measures_that_stop_at_a_rank_have_a_cutoff() -> None:
    assert [cutoff(m) for m in parse("nDCG@10 AP IPrec@0.1 P(judged_only=True)@5")] == [10, None, None, None]
