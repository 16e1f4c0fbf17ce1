"""Cuts text into tokens, and tokens into the chunks of a stream."""

import itertools
import re

MOST_CHUNKS = 80
_TOKEN = re.compile(r"\s*\S{1,6}|\s+\Z")


def tokens_of(text: str) -> list[str]:
    """``text`` in pieces of at most six visible characters; joined they are ``text`` again."""
    return _TOKEN.findall(text)


def chunks_of(tokens: list[str], *, long: bool) -> list[str]:
    """``tokens`` as they are streamed: one each when ``long``, otherwise merged evenly to at most 80 chunks."""
    if long or len(tokens) <= MOST_CHUNKS:
        return tokens
    # Cutting at whole fractions keeps the chunks even: 81 tokens become 80 chunks, not 41.
    cuts = [index * len(tokens) // MOST_CHUNKS for index in range(MOST_CHUNKS + 1)]
    return ["".join(tokens[start:end]) for start, end in itertools.pairwise(cuts)]
