"""Floor 8: what a study found, as one HTML file that needs nothing else, and as figures."""

from __future__ import annotations

__all__ = [
    "About",
    "Texts",
    "comparison_document",
    "funnel_document",
    "index_texts",
    "marginal_document",
    "page",
    "require_figures",
    "write_figure",
    "write_page",
]

from findry.report.comparison import comparison_document
from findry.report.figure import require_figures, write_figure
from findry.report.funnel import funnel_document
from findry.report.head import About
from findry.report.marginal import marginal_document
from findry.report.page import page, write_page
from findry.report.texts import Texts, index_texts
