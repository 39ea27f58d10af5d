"""What a Sentence-Transformers folder says: pooling, normalisation, length limit, prompts."""

from __future__ import annotations

__all__ = ["Pooling", "SentenceFolder", "read_sentence_folder"]

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias, cast

from findry.errors import CapabilityError, FormatError, InputError, MissingResource
from findry.models.port import Side

Pooling: TypeAlias = Literal["mean", "cls", "max"]
_POOLINGS = ("mean", "cls", "max")
_SETTINGS = ("sentence_bert_config.json", "sentence_roberta_config.json", "sentence_distilbert_config.json",
             "sentence_xlm-roberta_config.json", "sentence_mpnet_config.json")  # fmt: skip
_PROMPT_NAMES: dict[Side, tuple[str, ...]] = {"query": ("query",), "document": ("document", "passage", "corpus")}


@dataclass(frozen=True)
class SentenceFolder:
    """One model folder as read; `transformer` holds config.json, the tokenizer and the weights."""

    folder: Path
    transformer: Path
    config: dict[str, Any]
    pooling: Pooling
    normalise: bool
    max_tokens: int | None
    query_prompt: str
    document_prompt: str
    lower_case: bool


def read_sentence_folder(
    folder: Path, *, pooling: Pooling | None = None, normalise: bool | None = None
) -> SentenceFolder:
    """Read modules.json and what it names; `pooling` and `normalise` stand in for, or overrule, the folder.

    A folder without modules.json is a bare transformer: nothing in it says how to pool, so `pooling`
    must be given.  `max_tokens` is None where the folder sets no limit of its own.
    """
    if pooling is not None and pooling not in _POOLINGS:
        raise InputError("no such pooling", expected=" or ".join(_POOLINGS), received=repr(pooling), where=str(folder))
    modules = _modules(folder)
    if modules is None and pooling is None:
        raise CapabilityError(
            "the folder does not say how token states become one vector",
            expected="modules.json beside config.json, or pooling='mean', 'cls' or 'max' from the caller",
            where=str(folder),
            hint="give pooling= (and normalise=) as the model's authors state them",
        )
    stages = modules if modules is not None else [("Transformer", folder)]
    transformer = stages[0][1]
    config = _json(transformer / "config.json")
    if config is None:
        raise MissingResource("no config.json in the model folder", where=str(transformer), hint="give a model folder")
    stated = _pooling(dict(stages)["Pooling"]) if "Pooling" in dict(stages) else None
    settings: dict[str, Any] = next(
        (found for name in _SETTINGS if (found := _json(transformer / name)) is not None), {}
    )
    whole = _json(folder / "config_sentence_transformers.json") or {}
    if whole.get("truncate_dim"):
        raise CapabilityError(
            "the ONNX back end does not shorten vectors",
            received=f"truncate_dim {whole['truncate_dim']}",
            where=str(folder),
            hint="use the torch back end: encoder('torch:NAME')",
        )
    prompts = whole.get("prompts") or {}
    return SentenceFolder(
        folder=folder,
        transformer=transformer,
        config=config,
        pooling=pooling or cast(Pooling, stated),
        normalise=normalise if normalise is not None else any(kind == "Normalize" for kind, _ in stages),
        max_tokens=settings.get("max_seq_length") or _tokenizer_limit(transformer),
        query_prompt=_prompt(prompts, "query"),
        document_prompt=_prompt(prompts, "document"),
        lower_case=bool(settings.get("do_lower_case")),
    )


def _modules(folder: Path) -> list[tuple[str, Path]] | None:
    listed = _json(folder / "modules.json")
    if listed is None:
        return None
    stages = [(str(module["type"]).rsplit(".", 1)[-1], folder / module["path"]) for module in listed]
    kinds = [kind for kind, _ in stages]
    if kinds not in (["Transformer", "Pooling"], ["Transformer", "Pooling", "Normalize"]):
        raise CapabilityError(
            "this model has parts that the ONNX back end does not build",
            expected="Transformer, Pooling and, if wanted, Normalize",
            received=", ".join(kinds),
            where=str(folder / "modules.json"),
            hint="use the torch back end: encoder('torch:NAME')",
        )
    return stages


def _pooling(folder: Path) -> Pooling:
    config = _json(folder / "config.json") or {}
    stated = config.get("pooling_mode")
    old = {"pooling_mode_cls_token": "cls", "pooling_mode_max_tokens": "max", "pooling_mode_mean_tokens": "mean"}
    on = [old.get(key, key) for key, value in sorted(config.items()) if key.startswith("pooling_mode_") and value]
    modes = [stated] if isinstance(stated, str) else list(stated or on or ["mean"])
    if len(modes) != 1 or modes[0] not in _POOLINGS or config.get("include_prompt") is False:
        prompt = " without the prompt's tokens" if config.get("include_prompt") is False else ""
        raise CapabilityError(
            "this pooling is not built by the ONNX back end",
            expected=" or ".join(_POOLINGS),
            received=" + ".join(map(str, modes)) + prompt,
            where=str(folder / "config.json"),
            hint="use the torch back end: encoder('torch:NAME')",
        )
    return cast(Pooling, modes[0])


def _tokenizer_limit(folder: Path) -> int | None:
    limit = (_json(folder / "tokenizer_config.json") or {}).get("model_max_length")
    return int(limit) if isinstance(limit, (int, float)) and 0 < limit < 1_000_000 else None


def _prompt(prompts: dict[str, str], side: Side) -> str:
    return next((prompts[name] for name in _PROMPT_NAMES[side] if prompts.get(name)), "")


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise FormatError("not a JSON file", received=str(error), where=str(path)) from error
