"""Any key can be stored, comes back as it was, and keeps its place among the others."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shared.azure import keys
from shared.ports.store import LONGEST_KEY

FORBIDDEN = set("/\\#?%' ") | {chr(code) for code in [*range(0x20), *range(0x7F, 0xA0)]}
TEXTS = st.text(st.characters(max_codepoint=0xFFFF, exclude_categories=["Cs"]), min_size=1, max_size=12)
AWKWARD = st.text(st.sampled_from(sorted(FORBIDDEN) + list('!"$&.>[~a0AF2')), min_size=1, max_size=6)


@given(TEXTS | AWKWARD)
def test_an_encoded_key_holds_nothing_forbidden_and_comes_back(key: str) -> None:
    encoded = keys.encode(key)

    assert not FORBIDDEN & set(encoded)
    assert keys.decode(encoded) == key


@given(TEXTS | AWKWARD, TEXTS | AWKWARD)
def test_encoded_keys_are_in_the_order_of_the_keys(one: str, other: str) -> None:
    assert (one < other) == (keys.encode(one) < keys.encode(other))


@given(st.text(sorted(FORBIDDEN | {"𝒳", "a"}), min_size=LONGEST_KEY, max_size=LONGEST_KEY))
def test_the_longest_key_fits_into_the_kibibyte_of_a_table(key: str) -> None:
    assert len(keys.encode(key).encode("utf-16-le")) <= 1024
