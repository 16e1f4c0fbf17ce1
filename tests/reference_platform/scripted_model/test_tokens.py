import pytest

from gp_lib.reference_platform.scripted_model.tokens import MOST_CHUNKS, chunks_of, tokens_of


@pytest.mark.parametrize("text", ["", " ", "a", "two words", "  spaces \n\n around  ", "x" * 100, "żółć 日本語"])
def test_tokens_add_up_to_the_text(text: str) -> None:
    assert "".join(tokens_of(text)) == text


@pytest.mark.parametrize("count", [0, 1, 80, 81, 159, 1000])
@pytest.mark.parametrize("long", [True, False])
def test_chunks_add_up_to_the_tokens(count: int, long: bool) -> None:
    tokens = [f" {number}" for number in range(count)]
    chunks = chunks_of(tokens, long=long)
    assert "".join(chunks) == "".join(tokens)
    assert len(chunks) == (count if long else min(count, MOST_CHUNKS))
    assert all(chunks)
