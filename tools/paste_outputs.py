"""Run the commands that a page names and paste what they print between its marks.

python tools/paste_outputs.py docs/measuring.md KB=~/.cache/findry/demo/python-docs
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

BLOCK = re.compile(r"<!-- output: (.*?) -->\n.*?<!-- /output -->", re.DOTALL)


def pasted(page: str, names: dict[str, str]) -> str:
    """The page with fresh outputs; a command that fails ends it."""

    def run(found: re.Match[str]) -> str:
        command = found[1]
        words = [names.get(word, word) for word in shlex.split(command)]
        words[0] = str(Path(sys.executable).with_name(words[0]))
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        return f"<!-- output: {command} -->\n```\n$ {command}\n{done.stdout.rstrip()}\n```\n<!-- /output -->"

    return BLOCK.sub(run, page)


if __name__ == "__main__":
    target = Path(sys.argv[1])
    given = dict(argument.partition("=")[::2] for argument in sys.argv[2:])
    expanded = {name: str(Path(value).expanduser()) for name, value in given.items()}
    target.write_text(pasted(target.read_text("utf-8"), expanded), "utf-8")
