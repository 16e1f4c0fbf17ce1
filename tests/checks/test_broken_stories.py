"""Every way of breaking a good story is caught by the check that is meant to catch it."""

import random

import pytest
from hypothesis import given, settings

from gp_lib.verdict import Ruling
from tests import good_databases, good_speed, good_tiers
from tests.good_stories import reword, where
from tests.histories import tell
from tests.story_lines import Lines

from . import broken_runs, broken_services
from .judgements import AT_LENGTH, judged
from .stories_at_random import EXAMPLES, chances, stories

WAYS = broken_runs.WAYS | broken_services.WAYS
"""Each way, with the check that must catch it."""

for also in (good_databases, good_speed, good_tiers):
    WAYS |= also.ways(lambda t, which, pattern, new: reword(t, where(t, which)[0], pattern, new))

STORIES = EXAMPLES // 2
"""Broken in each way; there are more than a hundred ways, and hardly two break the same stories."""

NEVER_FAIL = {"acted_to_the_end", "every_fault_struck", "generator_kept_pace", "load_is_shared"}
"""What they look at can only take away the certainty: they are unknown at worst."""


@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=STORIES, deadline=None, derandomize=True)
@given(lines=stories(), chance=chances())
def test_what_breaks_a_promise_is_caught(way: str, lines: Lines, chance: int) -> None:
    name, breaking = WAYS[way]
    found = judged(name, tell(breaking(lines, random.Random(chance))).history)
    assert found.verdict is Ruling.FAIL, found.message
    assert found.witnesses


def test_every_check_catches_at_least_one_way_of_breaking_a_story() -> None:
    assert {name for name, _ in WAYS.values()} == set(AT_LENGTH) - NEVER_FAIL
