"""Strategies: good stories of several people and runs, told in any order."""

from hypothesis import strategies as st

from tests.good_stories import SLOW_READER, Run, good_story
from tests.story_lines import Lines

EXAMPLES = 12
"""Of each property; together they look at some hundreds of stories."""

SERVICES = ("S3", "EC2", "RDS", "Lambda", "CloudFront")


def chances() -> st.SearchStrategy[int]:
    """A number that decides something."""
    return st.integers(0, 10_000)


@st.composite
def stories(draw: st.DrawFn) -> Lines:
    """A good story of two to four people. Run ``a`` of amy has everything: tools, a failing one, and an effect."""
    amy, others = draw(_costs()), draw(st.lists(_costs(), min_size=1, max_size=3))
    runs = [Run("amy", "a", amy, invoice=True, filing=True, seed=draw(chances()))]
    if draw(st.booleans()):
        runs.append(Run("amy", "b", amy, filing=draw(st.booleans()), seed=draw(chances())))
    for name, letter, costs in zip((SLOW_READER, "bob", "cat"), "cde", others, strict=False):
        runs.append(Run(name, letter, costs, invoice=draw(st.booleans()), seed=draw(chances())))
    return good_story(runs, seed=draw(chances()))


def _costs() -> st.SearchStrategy[tuple[tuple[str, str, str], ...]]:
    """Costs of a few services; the first is always idle, so that there is something to save."""
    cents, percents = st.integers(100, 9_999_999), st.integers(0, 9_999)
    rows = st.lists(st.tuples(cents, percents), min_size=1, max_size=len(SERVICES))
    return rows.map(
        lambda found: tuple(
            (name, f"{cost / 100:.2f}", f"{(usage if number else usage % 2_000) / 100:.2f}")
            for number, (name, (cost, usage)) in enumerate(zip(SERVICES, found, strict=False))
        )
    )
