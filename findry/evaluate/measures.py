"""Names of measures: those of ir-measures, and the spellings of other tools for the same quantities."""

from __future__ import annotations

__all__ = ["cutoff", "parse"]

import ast
import re
from collections.abc import Iterable
from typing import Any

from findry.errors import SyntaxProblem, nearest
from findry.evaluate.own import FORMULAS, OwnMeasure
from findry.evaluate.own import measure as own_measure

# other tools' names in lower case: trec_eval, ranx, MTEB, RecBole
ALIASES = {
    "ndcg": "nDCG",
    "ndcg_cut": "nDCG",
    "recip_rank": "RR",
    "mrr": "RR",
    "reciprocal_rank": "RR",
    "recall": "R",
    "map": "AP",
    "map_cut": "AP",
    "precision": "P",
    "p": "P",
    "hit": "Success",
    "hits": "Success",
    "hit_rate": "Success",
    "hit_ratio": "Success",
    "success": "Success",
    "rprec": "Rprec",
    "r-precision": "Rprec",
    "bpref": "Bpref",
    "judged": "Judged",
    "infap": "infAP",
    "rbp": "RBP",
    "err": "ERR",
    "num_ret": "NumRet",
    "num_rel": "NumRel",
    "num_rel_ret": "NumRelRet",
    "num_q": "NumQ",
    "set_p": "SetP",
    "set_recall": "SetR",
    "set_f": "SetF",
    "set_map": "SetAP",
}
# ndcg_cut.10, recall_100, P_10 (trec_eval); ndcg@10, ndcg@10-l2 (ranx); ndcg_at_10 (MTEB); Hit@10 (RecBole)
FOREIGN = re.compile(r"(?P<name>[A-Za-z][A-Za-z_-]*?)(?:(?:@|_at_|\.|_)(?P<k>\d+))?(?:-l(?P<rel>\d+))?")
# <name>_<score function>_ndcg@10 (evaluators of Sentence Transformers, where accuracy@k is Success@k)
EVALUATOR = re.compile(r"(?:.*_)?(?:cosine|dot|euclidean|manhattan|maxsim)_(?=[a-z])")
WORD = re.compile(r"[^\s,(]+(?:\([^)]*\)[^\s,]*)?")


def parse(text: str | Iterable[Any]) -> list[Any]:
    """The ir_measures measures that a text names, separated by blanks or commas; doubles are dropped.

    >>> parse("nDCG@10 RR@10 R@100 AP")
    [nDCG@10, RR@10, R@100, AP]
    >>> parse("ndcg_cut.10, mrr@10, recall_at_100 map Hit@10 P(rel=2)@5")
    [nDCG@10, RR@10, R@100, AP, Success@10, P(rel=2)@5]

    A name that ir_measures has is read as ir_measures reads it; else the spellings of trec_eval, ranx, MTEB,
    RecBole and Sentence Transformers are known, in upper or lower case.  A list of names or measures is fine too.
    F, E, T and nDCGfound are findry's own (`findry.evaluate.own`): ``F(a=0.5)@10 E(a=0.5,x=2)@10 T(a=0.5)@10``.
    """
    import ir_measures

    words = WORD.findall(text) if isinstance(text, str) else list(text)
    found: dict[Any, None] = {}
    for word in words:
        found[word if isinstance(word, (ir_measures.Measure, OwnMeasure)) else _measure(str(word).strip())] = None
    if not found:
        raise SyntaxProblem("no measure is named", expected="a text such as 'nDCG@10 RR@10 R@100'")
    return list(found)


def cutoff(measure: Any) -> int | None:
    """The rank below which a measure does not look; None where it reads the whole list."""
    k = measure.params.get("cutoff")
    return k if isinstance(k, int) and not measure.params.get("judged_only", False) else None


def _measure(word: str) -> Any:
    from ir_measures import measures

    name, params = _split(word)
    if name in FORMULAS:
        return own_measure(name, params)
    if name not in measures.registry:
        bare = EVALUATOR.sub("", word)
        found = FOREIGN.fullmatch(bare)
        aliases = ALIASES if bare == word else {**ALIASES, "accuracy": "Success"}
        alias = aliases.get(found["name"].lower()) if found else None
        if found is None or alias is None:
            known = {spelling.lower(): spelling for spelling in (*ALIASES, *measures.registry, *FORMULAS)}
            guess = nearest(name.lower(), known)
            meant = ALIASES.get(guess or "", known.get(guess or ""))
            raise SyntaxProblem(
                f"unknown measure {word!r}",
                expected="names of ir_measures such as nDCG@10, RR@10, R@100, AP, P@10, Success@5, Judged@10",
                hint=f"did you mean {meant}?" if meant else None,
            )
        name, params = alias, {"@": int(found["k"])} if found["k"] else {}
        if found["rel"]:
            params["rel"] = int(found["rel"])
    measure = measures.registry[name]
    if "@" in params:
        params[measure.AT_PARAM] = params.pop("@")
    try:
        measure = measure(**params)
        measure.validate_params()
    except (AssertionError, TypeError) as error:
        needed = [n for n, p in measure.SUPPORTED_PARAMS.items() if p.required]
        raise SyntaxProblem(
            f"measure {word!r} with parameters that do not fit",
            expected=f"parameters {', '.join(measure.SUPPORTED_PARAMS)}; needed: {', '.join(needed) or 'none'}",
            hint=f"write {name}@10" if measure.AT_PARAM in needed else None,
        ) from error
    k = measure.params.get("cutoff")
    if isinstance(k, int) and k < 1:
        raise SyntaxProblem(f"measure {word!r} with a cut-off below 1")
    return measure


def _split(word: str) -> tuple[str, dict[str, Any]]:
    """Name and parameters of ``Name(a=1)@k``; the part after @ is called "@"."""
    found = re.fullmatch(r"(?P<name>[^\W\d][\w-]*)(?:\((?P<inside>[^)]*)\))?(?:@(?P<at>[\d.]+))?", word)
    if found is None:
        return word, {}
    params: dict[str, Any] = {}
    try:
        if found["inside"]:
            call = ast.parse(f"f({found['inside']})", mode="eval").body
            if not isinstance(call, ast.Call) or call.args:
                raise ValueError("parameters are written name=value")
            params = {str(keyword.arg): ast.literal_eval(keyword.value) for keyword in call.keywords}
        if found["at"]:
            params["@"] = ast.literal_eval(found["at"])
    except (ValueError, SyntaxError) as error:
        raise SyntaxProblem(f"measure {word!r} does not parse", received=str(error), expected="Name(a=1)@10") from error
    return found["name"], params
