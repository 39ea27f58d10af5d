"""The title and text of one file: plain text, Markdown, HTML, PDF and Word."""

from __future__ import annotations

__all__ = ["EXTENSIONS", "FileText", "decode", "read_text"]

import io
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from findry.errors import FormatError, MissingExtra

MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
CHARSET = re.compile(rb"<meta[^>]+charset\s*=\s*[\"']?\s*([\w-]+)", re.IGNORECASE)
DROPPED = "script,style,nav,noscript,template,svg"
BLOCK = re.compile(
    "address|article|aside|blockquote|body|caption|d[dlt]|div|fieldset|figcaption|figure|footer|form|h[1-6]|header|hr|"
    "li|main|[ou]l|p|pre|section|table|t[dhr]"
)
HEADING, SPACE = re.compile("h[1-6]"), re.compile(r"\s+")


class FileText(NamedTuple):
    """Title (None where the file names none), text, and what else the file says of itself."""

    title: str | None
    text: str
    values: dict[str, int]


def read_text(data: bytes, extension: str, where: str) -> FileText:
    """Title and text of a file's bytes; `extension` is one of `EXTENSIONS`.

    >>> read_text(b"Notes\\n=====\\n\\nAnts carry leaves.", ".md", "notes.md").title
    'Notes'
    """
    return _READERS[extension](data, where)


def decode(data: bytes, where: str, charset: str | None = None) -> str:
    """Text of bytes: by byte order mark, else `charset`, else UTF-8, else Windows-1252; line ends become one kind.

    >>> decode("café".encode("cp1252"), "menu.txt")
    'café'
    """
    for mark, encoding in MARKS:
        if data.startswith(mark):
            data, tries = data[len(mark) :], [encoding]
            break
    else:
        tries = [*([charset] if charset else []), "utf-8", "cp1252"]
    for encoding in tries:
        try:
            return data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
        except (UnicodeDecodeError, LookupError):
            continue
    raise FormatError("the text is in no known encoding", expected=" or ".join(tries), where=where)


def _plain(data: bytes, where: str) -> FileText:
    return FileText(None, decode(data, where), {})


def _markdown(data: bytes, where: str) -> FileText:
    text = decode(data, where)
    return FileText(next(_markdown_headings(text), None), text, {})


def _markdown_headings(text: str) -> Iterator[str]:
    # front matter and fenced code may hold lines that look like headings
    body = re.sub(r"\A---\n.*?\n---\n", "", text, count=1, flags=re.DOTALL)
    fence, before = "", ""
    for line in body.split("\n"):
        mark = re.match(r" {0,3}(```+|~~~+)", line)
        if mark:
            fence = "" if fence and mark[1].startswith(fence) else fence or mark[1]
        elif not fence:
            heading = re.fullmatch(r" {0,3}#{1,6}\s+(.*?)\s*#*\s*", line)
            if heading and heading[1]:
                yield heading[1]
            elif before.strip() and re.fullmatch(r" {0,3}(=+|-+)\s*", line):
                yield before.strip()
        before = line


def _html(data: bytes, where: str) -> FileText:
    try:
        from selectolax.lexbor import LexborHTMLParser
    except ImportError as error:
        raise MissingExtra("files", purpose="reading HTML") from error
    charset = CHARSET.search(data[:2048])
    tree: Any = LexborHTMLParser(decode(data, where, charset[1].decode("ascii") if charset else None))
    for node in tree.css(DROPPED):
        node.decompose()
    head, first = tree.css_first("head > title"), tree.css_first("h1")
    titles = [" ".join(node.text().split()) for node in (head, first) if node is not None]
    blocks: list[str] = []
    if tree.body is not None:
        _blocks(tree.body, blocks)
    text = "\n\n".join(block for block in (_tidy(b) for b in blocks) if block.strip("# "))
    return FileText(next(filter(None, titles), None), text, {})


def _blocks(root: Any, blocks: list[str]) -> None:
    """The text of each block in document order; headings begin with #, lines of <pre> are kept."""
    blocks.append("")
    # an explicit stack: pages nest deeper than Python calls may; None stands for the end of a block
    stack: list[tuple[Any, bool]] = [(root, False)]
    while stack:
        node, kept = stack.pop()
        if node is None:
            blocks.append("")
            continue
        tag = node.tag
        if tag == "-text":
            text = node.text_content
            blocks[-1] += text if kept else SPACE.sub(" ", text)
        elif tag == "br":
            blocks[-1] += "\n"
        else:
            if BLOCK.fullmatch(tag):
                blocks.append("#" * int(tag[1]) + " " if HEADING.fullmatch(tag) else "")
                kept = tag == "pre"
                stack.append((None, kept))
            stack.extend([(child, kept) for child in node.iter(include_text=True)][::-1])


def _tidy(block: str) -> str:
    return "\n".join(line.rstrip() for line in block.split("\n")).strip()


def _pdf(data: bytes, where: str) -> FileText:
    try:
        from pypdf import PdfReader
    except ImportError as error:
        raise MissingExtra("files", purpose="reading PDF") from error
    try:
        reader = PdfReader(io.BytesIO(data))
        pages = [page.extract_text() for page in reader.pages]
        title = (reader.metadata.title if reader.metadata else None) or ""
    except Exception as error:  # pypdf raises many kinds on damaged files
        raise FormatError(
            "a PDF that cannot be read", received=f"{type(error).__name__}: {error}", where=where
        ) from error
    clean = [page.encode("utf-8", "replace").decode("utf-8") for page in pages]
    return FileText(str(title).strip() or None, "\f".join(clean), {"pages": len(pages)})


def _docx(data: bytes, where: str) -> FileText:
    try:
        import docx
    except ImportError as error:
        raise MissingExtra("files", purpose="reading Word files") from error
    try:
        document = docx.Document(io.BytesIO(data))
        blocks = [_docx_block(part) for part in document.iter_inner_content()]
        title = (document.core_properties.title or "").strip()
    except Exception as error:  # python-docx lets errors of zipfile, lxml and its own through
        what = "a Word file that cannot be read"
        raise FormatError(what, received=f"{type(error).__name__}: {error}", where=where) from error
    first = next((block.lstrip("# ") for block in blocks if block.startswith("#")), None)
    return FileText(title or first, "\n\n".join(block for block in blocks if block), {})


def _docx_block(part: Any) -> str:
    if hasattr(part, "rows"):
        return "\n".join("\t".join(cell.text.strip() for cell in row.cells) for row in part.rows)
    text = str(part.text).strip()
    style = re.fullmatch(r"(?:Heading (\d)|Title)", (part.style.name if part.style else None) or "")
    return "#" * int(style[1] or 1) + " " + text if style and text else text


_READERS: dict[str, Callable[[bytes, str], FileText]] = {
    ".txt": _plain,
    ".md": _markdown,
    ".html": _html,
    ".htm": _html,
    ".pdf": _pdf,
    ".docx": _docx,
}
EXTENSIONS = tuple(_READERS)
