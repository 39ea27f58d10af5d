from __future__ import annotations

import html
import re
import shutil
import subprocess
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from made_reports import ABOUT, HOSTILE, data_of, hostile_texts, made

from findry.report import comparison_document, page, write_page
from findry.report.texts import harmless

LOADS = re.compile(r"""(?:src|href|action|poster|srcset|xmlns)\s*=|@import|url\(|https?://|//[a-z]""", re.IGNORECASE)


@pytest.fixture(scope="module")
def shown() -> str:
    found, queries, qrels = made()
    return page(comparison_document(found, queries, qrels, ABOUT, texts=hostile_texts))


def without_data(text: str) -> str:
    return re.sub(r'(<script type="application/json" id="data">).*?(</script>)', r"\1\2", text, flags=re.DOTALL)


def test_the_page_loads_nothing(shown: str) -> None:
    template = without_data(shown)
    assert not LOADS.search(re.sub(r"<title>.*?</title>", "", template))
    assert "default-src 'none'" in template


def test_the_policy_lets_in_the_style_and_the_script_that_are_there(shown: str) -> None:
    template = without_data(shown)
    for tag in ("style", "script"):
        inside = re.findall(rf"<{tag}>(.*?)</{tag}>", template, re.DOTALL)
        assert len(inside) == 1
        assert f"{tag}-src 'sha256-{b64encode(sha256(inside[0].encode()).digest()).decode()}'" in template


def test_what_stands_in_texts_neither_ends_the_data_nor_is_a_tag(shown: str, tmp_path: Path) -> None:
    assert shown.count("</script>") == 2
    assert "<img" not in shown
    assert "<!--" not in shown
    document = data_of(shown)
    assert document["queries"]["rows"][0]["text"] == harmless(f"query 0 {HOSTILE}")
    assert all("<img src=" in row[1] for row in document["documents"])
    found, queries, qrels = made(2)
    write_page(comparison_document(found, queries, qrels, ABOUT, texts=hostile_texts), tmp_path / "out.html")
    assert data_of((tmp_path / "out.html").read_text("utf-8"))["command"] == harmless(ABOUT.command)


def test_what_is_not_a_number_is_null_and_the_title_is_escaped() -> None:
    made_page = page({"title": "<b>", "rows": [float("nan"), 1.5, (float("inf"),)]})
    assert "<title>&lt;b&gt;</title>" in made_page
    assert data_of(made_page) == {"title": "<b>", "rows": [None, 1.5, [None]]}


def test_a_large_comparison_gives_a_page_of_a_bounded_size() -> None:
    found, queries, qrels = made(510, 2, depth=3, timed=False)
    text = page(comparison_document(found, queries, qrels, ABOUT, texts=hostile_texts))
    document = data_of(text)
    assert (document["queries"]["total"], len(document["queries"]["rows"])) == (510, 500)
    assert len(text) < 4_000_000


@pytest.mark.skipif(shutil.which("chromium") is None, reason="Chromium is not installed")
@pytest.mark.parametrize(("width", "theme"), [(390, "light"), (1280, "dark")])
def test_a_browser_draws_it_within_its_width_and_shows_hostile_texts_as_text(
    shown: str, tmp_path: Path, width: int, theme: str
) -> None:
    probe = """<script>addEventListener("load", () => setTimeout(() => {
      document.querySelectorAll(".list button")[2].click();
      const told = [document.documentElement.scrollWidth <= innerWidth, document.querySelectorAll("main img").length,
        document.querySelectorAll(".hits li").length, document.querySelectorAll(".plot circle").length];
      document.body.append(Object.assign(document.createElement("pre"), { id: "probe", textContent: told.join(" ") }));
    }, 100));</script></body>"""
    free = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", shown).replace("</body>", probe)
    target = tmp_path / "out.html"
    target.write_text(free, "utf-8", errors="replace")
    dark = ["--force-dark-mode"] if theme == "dark" else []
    chromium = [
        "chromium",
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        f"--user-data-dir={tmp_path / 'user'}",
        *dark,
    ]
    options = [f"--window-size={width},900", "--virtual-time-budget=3000", "--enable-logging=stderr", "--dump-dom"]
    done = subprocess.run([*chromium, *options, target.as_uri()], capture_output=True, text=True, check=True)
    assert "CONSOLE" not in done.stderr
    fits, images, hits, points = re.search(r'<pre id="probe">(.*?)</pre>', done.stdout)[1].split()  # type: ignore[index]
    assert (fits, images, points) == ("true", "0", "3")
    assert int(hits) >= 20
    assert html.escape('<img src="https://evil', quote=False) in done.stdout
