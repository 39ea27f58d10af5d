from __future__ import annotations

import os
from pathlib import Path

import docx
import pytest
from pypdf import PdfWriter

from findry.errors import FormatError, MissingResource
from findry.formats import Problems, fingerprint, read_folder
from findry.formats.filetext import decode, read_text
from findry.records import Document

PAGE = """<html><head><title>My
 page</title><style>p {}</style></head><body><nav>menu</nav>
<h2>Hello <b>there</b></h2><p>A <i>para</i>graph<br>in lines.</p><div>before<p>inside</p>after</div>
<pre>code
  kept</pre><script>bad()</script><!-- no --></body></html>"""


def pdf(title: str, *pages: str) -> bytes:
    """A PDF with one line of text a page, written by hand."""
    kids = range(5, 5 + 2 * len(pages), 2)
    objects = [
        "<</Type/Catalog/Pages 2 0 R>>",
        f"<</Type/Pages/Count {len(pages)}/Kids[{' '.join(f'{n} 0 R' for n in kids)}]>>",
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
        f"<</Title({title})>>",
    ]
    for number, text in zip(kids, pages, strict=True):
        drawn = f"BT /F 12 Tf 9 99 Td ({text}) Tj ET"
        inside = f"/MediaBox[0 0 200 200]/Contents {number + 1} 0 R/Resources<</Font<</F 3 0 R>>>>"
        objects.append(f"<</Type/Page/Parent 2 0 R{inside}>>")
        objects.append(f"<</Length {len(drawn)}>>stream\n{drawn}\nendstream")
    data, places = "%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += f"{number} 0 obj{body}endobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    end = f"trailer<</Root 1 0 R/Info 4 0 R/Size {len(objects) + 1}>>\nstartxref\n{len(data)}\n%%EOF\n"
    return f"{data}xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{end}".encode("ascii")


def put(root: Path, name: str, data: bytes | str) -> Path:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    os.utime(path, (86_400, 86_400))
    return path


def test_a_folder_gives_its_files_in_the_order_of_their_paths(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.md", "a-b.txt", "B.TXT", "a/c/d.txt"):
        put(tmp_path, name, f"text of {name}")
    corpus = read_folder(tmp_path)
    assert [document.id for document in corpus] == sorted(["b.txt", "a/z.md", "a-b.txt", "B.TXT", "a/c/d.txt"])
    assert list(corpus) == list(corpus)


def test_a_document_says_where_it_comes_from_and_what_it_was(tmp_path: Path) -> None:
    path = put(tmp_path, "notes/ants.md", "# On *ants*\r\n\r\nThey carry leaves.\r\n")
    (document,) = read_folder(tmp_path)
    assert document == Document(
        "notes/ants.md",
        {"title": "On *ants*", "text": "# On *ants*\n\nThey carry leaves.\n"},
        {
            "path": "notes/ants.md",
            "extension": ".md",
            "modified": "1970-01-02T00:00:00Z",
            "bytes": 35,
            "sha256": fingerprint(path),
        },
    )


def test_what_is_left_out_is_reported_in_both_modes(tmp_path: Path) -> None:
    for name in (".hidden.txt", ".git/config.txt", "picture.png", "empty.txt", "blank.md"):
        put(tmp_path, name, "" if name.startswith("empty") else " \n" if name.startswith("blank") else "x")
    put(tmp_path, "good.txt", "x")
    problems = Problems()
    assert [document.id for document in read_folder(tmp_path, problems=problems)] == ["good.txt"]
    told = {Path(where).relative_to(tmp_path).as_posix(): reason.split(" ")[0] for where, reason in problems}
    assert told == {
        ".git": "hidden",
        ".hidden.txt": "hidden",
        "picture.png": "not",
        "empty.txt": "no",
        "blank.md": "no",
    }


def test_a_file_that_cannot_be_read_is_a_bad_row(tmp_path: Path) -> None:
    put(tmp_path, "a.pdf", b"%PDF-1.4 nothing")
    put(tmp_path, "b.docx", b"PK no")
    put(tmp_path, "c.txt", "x")
    (tmp_path / "d.txt").symlink_to(tmp_path / "gone.txt")
    with pytest.raises(FormatError, match=r"a\.pdf"):
        list(read_folder(tmp_path))
    problems = Problems()
    assert [document.id for document in read_folder(tmp_path, on_error="skip", problems=problems)] == ["c.txt"]
    assert [Path(where).name for where, _ in problems] == ["a.pdf", "b.docx", "d.txt"]
    with pytest.raises(MissingResource):
        read_folder(tmp_path / "nowhere")


def test_html_gives_blocks_without_menus_and_scripts() -> None:
    found = read_text(PAGE.encode(), ".html", "a.html")
    assert found.title == "My page"
    expected = ["## Hello there", "A paragraph\nin lines.", "before", "inside", "after", "code\n  kept"]
    assert found.text.split("\n\n") == expected
    assert read_text(b"<p>x<h1>T</h1>", ".htm", "a.htm").title == "T"
    assert read_text(b"", ".html", "a.html").text == ""
    deep = read_text(b"<div>" * 3_000 + b"deep", ".html", "a.html")
    assert deep.text == "deep"


def test_a_page_in_another_declared_charset_is_read_in_it() -> None:
    page = "<meta charset='iso-8859-2'><p>Łódź".encode("iso-8859-2")
    assert read_text(page, ".html", "a.html").text == "Łódź"


def test_pdf_pages_are_separated_by_form_feeds() -> None:
    found = read_text(pdf("On ants", "Ants carry", "leaves"), ".pdf", "a.pdf")
    assert (found.title, found.text, found.values) == ("On ants", "Ants carry\fleaves", {"pages": 2})


def test_a_pdf_without_text_is_reported(tmp_path: Path) -> None:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    writer.write(tmp_path / "scan.pdf")
    problems = Problems()
    assert list(read_folder(tmp_path, problems=problems)) == []
    assert [reason for _, reason in problems] == ["no text in it"]


def test_word_headings_tables_and_properties_are_read(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("On ants", 1)
    document.add_paragraph("They carry leaves.")
    row = document.add_table(1, 2).rows[0]
    row.cells[0].text, row.cells[1].text = "left", "right"
    document.add_heading("Nests", 2)
    for name, title in (("a.docx", ""), ("b.docx", "From the properties")):
        document.core_properties.title = title
        document.save(str(tmp_path / name))
    first, second = read_folder(tmp_path)
    assert first.text == {"title": "On ants", "text": "# On ants\n\nThey carry leaves.\n\nleft\tright\n\n## Nests"}
    assert second.text["title"] == "From the properties"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("intro\n\n## Second level ##\n", "Second level"),
        ("Title\n=====\n", "Title"),
        ("```\n# code\n```\n# Real\n", "Real"),
        ("---\nkey: 1\n# no\n---\n# Yes\n", "Yes"),
        ("#hashtag\n", None),
        ("", None),
    ],
)
def test_the_title_of_markdown_is_its_first_heading(text: str, title: str | None) -> None:
    assert read_text(text.encode(), ".md", "a.md").title == title


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"])
def test_the_encoding_is_told_by_the_mark_or_tried(encoding: str) -> None:
    assert decode("naïve\r\ncafé".encode(encoding), "a.txt") == "naïve\ncafé"


def test_bytes_in_no_encoding_are_refused() -> None:
    with pytest.raises(FormatError, match="no known encoding"):
        decode(b"\x81\xff", "a.txt")
