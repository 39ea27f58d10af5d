"""Read the docstrings of the running Python's standard library and print them as JSON lines.

A script for `stdlib.entries`, which runs it in a process of its own (isolated, without site packages), so
that importing two hundred modules leaves no mark on the caller.  It imports nothing but the library it reads.
"""

from __future__ import annotations

import importlib
import inspect
import json
import os
import pkgutil
import re
import sys
import types
from collections.abc import Iterator
from typing import NamedTuple

__all__ = ["read"]

# side effects on import, no documentation of interest, another spelling of a module that is read, or a
# window system that many builds lack (the collection should not depend on it)
LEFT_OUT = frozenset(
    [
        "antigravity",
        "ctypes.macholib",
        "distutils",
        "ensurepip",
        "genericpath",
        "idlelib",
        "json.tool",
        "lib2to3",
        "msilib",
        "nt",
        "ntpath",
        "nturl2path",
        "opcode",
        "posix",
        "posixpath",
        "pydoc_data",
        "sre_compile",
        "sre_constants",
        "sre_parse",
        "test",
        "this",
        "tkinter",
        "turtle",
        "turtledemo",
        "xml.etree.cElementTree",
        "xxsubtype",
    ]
)
FUNCTIONS = (types.FunctionType, types.BuiltinFunctionType, types.MethodType)
DESCRIPTORS = (
    types.FunctionType,
    types.BuiltinFunctionType,
    types.MethodDescriptorType,
    types.ClassMethodDescriptorType,
    types.GetSetDescriptorType,
    types.MemberDescriptorType,
    classmethod,
    staticmethod,
    property,
)
BOUND_TO_CLASS = (classmethod, staticmethod, types.ClassMethodDescriptorType)
Row = dict[str, str]


class Home(NamedTuple):
    """Where a text may live; the smallest wins: not away from its definition, in builtins, near the top."""

    away: bool
    in_library: bool
    depth: int
    alias: bool
    length: int
    module: str
    name: str

    @property
    def whole(self) -> str:
        return self.name if not self.in_library else f"{self.module}.{self.name}"


def left_out(name: str) -> bool:
    """Whether a module, or a package around it, is private or not worth reading (each codec is such)."""
    parts = name.split(".")
    if name.startswith("encodings.") or any(part.startswith("_") or part == "test" for part in parts):
        return True
    return any(".".join(parts[:n]) in LEFT_OUT for n in range(1, len(parts) + 1))


def modules() -> dict[str, types.ModuleType]:
    """Public name -> module, for each module that this Python can import."""
    found: dict[str, types.ModuleType] = {}
    queue = sorted(sys.stdlib_module_names)
    while queue:
        name = queue.pop(0)
        if left_out(name):
            continue
        try:
            found[name] = module = importlib.import_module(name)
        except (Exception, SystemExit):
            continue
        path = getattr(module, "__path__", None)
        queue += sorted(f"{name}.{info.name}" for info in pkgutil.iter_modules(path or []))
    found["os.path"] = os.path
    return found


def documentation(thing: object) -> str:
    """The cleaned docstring; for a class without one, that of the constructor which it defines."""
    doc = getattr(thing, "__doc__", None)
    made = vars(thing).get("__init__") if doc is None and isinstance(thing, type) else None
    if isinstance(made, types.FunctionType):
        doc = made.__doc__
    return inspect.cleandoc(doc).strip() if isinstance(doc, str) else ""


def arguments(thing: object) -> str:
    """The argument names as ``(a, b, *rest)``, without self; empty where Python cannot tell."""
    if not isinstance(thing, (type, *FUNCTIONS, *DESCRIPTORS)) and not hasattr(thing, "__wrapped__"):
        return ""
    try:
        parameters = inspect.signature(thing).parameters.values()  # type: ignore[arg-type]
    except Exception:  # foreign signatures fail in their own ways (curses: an unset attribute)
        return ""
    names = [str(p).partition(":")[0].partition("=")[0] for p in parameters if p.name != "self"]
    return f"({', '.join(name.strip() for name in names)})"


def exports(name: str, module: types.ModuleType) -> Iterator[tuple[str, object]]:
    """The public names of a module: what it lists, or takes from its modules below or its half in C."""
    listed = getattr(module, "__all__", None)
    for attribute in sorted(set(dir(module)) | set(listed or [])):
        thing = getattr(module, attribute, None)
        if attribute.startswith("_") or isinstance(thing, types.ModuleType):
            continue
        defined = getattr(thing, "__module__", None) or name
        if listed is not None:
            below = defined.startswith(f"{name}.") and not left_out(defined)
            public = attribute in listed or defined == f"_{name}" or below
        else:
            public = name in ("builtins", defined) or defined.startswith("_") or left_out(defined)
        if public:
            yield attribute, thing


def home(module: str, name: str, thing: object) -> Home:
    """The home that `module` offers to what it calls `name`."""
    defined = str(getattr(thing, "__module__", None) or module).lstrip("_")
    in_library = module != "builtins"
    away = in_library and not f"{defined}.".startswith(f"{module}.")
    alias = getattr(thing, "__name__", name) != name
    return Home(away, in_library, module.count("."), alias, len(name), module, name)


def members(owner: type, public: set[int]) -> Iterator[tuple[int, str, object]]:
    """Own members of a class, and those of its bases that have no public name; with the base's distance."""
    for distance, base in enumerate(owner.__mro__):
        if distance and (id(base) in public or base is object):
            continue
        for attribute, thing in sorted(vars(base).items()):
            if not attribute.startswith("_") and isinstance(thing, DESCRIPTORS):
                yield distance, attribute, thing


def says_itself(thing: object) -> bool:
    """Whether a callable object (functools' wrappers, typing's special forms) has a docstring of its own."""
    return callable(thing) and documentation(thing) != documentation(type(thing))


def borrowed(here: Home, owner: type) -> bool:
    return here.alias and owner.__module__.startswith("_")


def says_nothing(whole: str, text: str) -> bool:
    """A docstring that Python generated: the name, or the name with its fields."""
    name = re.escape(whole.rpartition(".")[2])
    return re.fullmatch(rf"{name}(\([^()]*\))?|Alias for field number \d+|An enumeration\.", text) is not None


def candidates() -> Iterator[tuple[Home, Row]]:
    """Every documented name with the home that it offers to its text."""
    classes: dict[int, tuple[Home, type]] = {}
    for module, content in modules().items():
        # a class rather than its module, where both say the same
        yield Home(True, True, 0, False, 0, module, ""), row(module, module, "module", content)
        for name, thing in exports(module, content):
            here = home(module, name, thing)
            if isinstance(thing, type):
                best = classes.get(id(thing))
                classes[id(thing)] = min(best[0], here) if best else here, thing
            elif isinstance(thing, FUNCTIONS) or says_itself(thing):
                plain = isinstance(thing, FUNCTIONS) or hasattr(thing, "__wrapped__")
                yield here, row(here.whole, module, "function" if plain else "class", thing)
    # a private C class shown under another name (socket.SocketType) lends its methods to the classes on top
    public = {key for key, (here, owner) in classes.items() if not borrowed(here, owner)}
    for here, owner in classes.values():
        yield here, row(here.whole, here.module, "class", owner)
        for distance, attribute, thing in members(owner, public):
            bound = getattr(owner, attribute, thing) if isinstance(thing, BOUND_TO_CLASS) else thing
            depth = here.depth + 1 + distance + 9 * borrowed(here, owner)
            there = here._replace(depth=depth, name=f"{here.name}.{attribute}")
            there = there._replace(length=len(there.name))
            yield there, row(there.whole, here.module, "method", bound)


def row(name: str, module: str, kind: str, thing: object) -> Row:
    title = name if kind == "module" else name + arguments(thing)
    return {"id": name, "title": title, "text": documentation(thing), "kind": kind, "module": module}


def read() -> list[Row]:
    """All entries by module and name: one home for each text."""
    texts: set[str] = set()
    names: set[str] = set()
    kept: list[Row] = []
    for _, entry in sorted(candidates(), key=lambda pair: pair[0]):
        text, name = entry["text"], entry["id"]
        if text and text not in texts and name not in names and not says_nothing(name, text):
            texts.add(text)
            names.add(name)
            kept.append(entry)
    return sorted(kept, key=lambda entry: (entry["module"], entry["id"]))


if __name__ == "__main__":
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what a module prints while it is imported goes nowhere
    for found in read():
        channel.write(json.dumps(found) + "\n")
    channel.close()
    os._exit(0)  # exit hooks of two hundred modules are nobody's business
