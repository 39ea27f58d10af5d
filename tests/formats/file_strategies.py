"""What may stand in files, for property tests."""

from __future__ import annotations

from hypothesis import strategies as st

from findry.records import Document

# no surrogates (files are UTF-8); ids of tables and runs must hold no white space
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
ids = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)
words = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=6).filter(lambda s: s.split() == [s])
whole = st.integers(-(2**60), 2**60)
broken = st.floats(allow_nan=False, allow_infinity=False)
values = st.one_of(
    texts,
    whole,
    broken,
    st.booleans(),
    st.lists(texts, max_size=3),
    st.lists(whole, max_size=3),
    st.lists(broken, min_size=1, max_size=3),
)
names = st.sampled_from(["year", "lang", "tags", "autør", "x y"])


@st.composite
def documents(draw: st.DrawFn) -> list[Document]:
    return [
        Document(
            id,
            {**({"title": title} if (title := draw(texts)) else {}), "text": draw(texts)},
            draw(st.dictionaries(names, values, max_size=3)),
        )
        for id in draw(st.lists(ids, unique=True, max_size=5))
    ]
