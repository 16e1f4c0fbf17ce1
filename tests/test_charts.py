"""A chart shows what is in the history, and copes with a history in which hardly anything is."""

import io
from collections.abc import Callable
from functools import partial, update_wrapper
from typing import Any

import pytest
from PIL import Image, ImageColor

from gp_lib import charts
from gp_lib.charts import Chart
from gp_lib.charts.drawing import COLOURS
from gp_lib.history import Event, History
from tests.good_stories import Run, good_story
from tests.histories import tell

COSTS = (("S3", "100.00", "10.00"),)
RUNS = [Run("amy", "a", COSTS, invoice=True, filing=True), Run("sam", "b", COSTS)]
Draw = Callable[[History], Chart]
EVENT_AGES: Draw = update_wrapper(partial(charts.event_ages, limit_s=1.0), charts.event_ages)
LATENCIES: Draw = update_wrapper(partial(charts.latencies, limit_ms=100.0), charts.latencies)
TIMES: Draw = update_wrapper(partial(charts.statement_times, limit_ms=50.0), charts.statement_times)
CHARTS = [
    charts.timeline,
    charts.sequence,
    charts.tool_calls,
    charts.answers,
    charts.amounts,
    EVENT_AGES,
    LATENCIES,
    TIMES,
    charts.statements_by_length,
    charts.commit_to_delivery,
]
SAME_COLOUR = 12  # of 256: no two kinds are as near to each other


@pytest.fixture(scope="module")
def good() -> History:
    return tell(good_story(RUNS, seed=7)).history


@pytest.mark.parametrize("draw", CHARTS)
def test_a_chart_is_a_picture_in_two_formats_under_its_name(draw: Draw, good: History) -> None:
    chart = draw(good)
    assert chart.name == draw.__name__
    assert chart.png.startswith(b"\x89PNG")
    assert b"<svg" in chart.svg


@pytest.mark.parametrize(
    "story",
    ["", "amy a? supervisor starts", "fault StallCommit", "sam paused 3"],
)
@pytest.mark.parametrize("draw", CHARTS)
def test_a_chart_of_hardly_anything_can_be_drawn(draw: Draw, story: str) -> None:
    assert draw(tell(story).history).png


def test_a_chart_says_in_words_what_it_shows(good: History) -> None:
    assert charts.timeline(good).says == "121 events received by amy, sam, eve, flo, gus, tom, tim, pia, pad; 3 faults"
    assert charts.sequence(good).says == "11 stories, seq over time"
    assert charts.tool_calls(good).says == "24 tool calls"
    assert charts.answers(good).says == "11 questions: 7 completed, 2 partial, 2 no end"
    assert charts.amounts(good).says == "4 amounts of 4 people, 2 differ"
    assert EVENT_AGES(good).says == "121 events, the oldest 0.180 s old; the limit is 1.0 s"
    assert TIMES(good).says == "6 times of queries on the wire: mean 3.0 ms, p95 3.0 ms, p99 3.0 ms"
    assert charts.statements_by_length(good).says == "statements: 4 for 2 messages, 4 for 12 messages"
    assert charts.commit_to_delivery(good).says == "commit to receipt of 38 events"


def test_every_kind_of_event_has_a_colour_of_its_own_in_the_picture(good: History) -> None:
    told = {event.type for _, event in good.indexed(Event) if event.actor == "sam"} & COLOURS.keys()
    assert len(told) == len(COLOURS) - 1  # nobody was told of an agent's error
    for kind in told:
        assert nearest(charts.timeline(good, actors=["sam"]), COLOURS[kind]) <= SAME_COLOUR, kind


def nearest(chart: Chart, colour: str) -> int:
    """How far the colour in the picture that is most like this one is from it, in its worst channel of 256."""
    shown = Image.open(io.BytesIO(chart.png)).convert("RGB").getcolors(1 << 16) or []
    wanted = ImageColor.getrgb(colour)
    return min(
        max(abs(a - b) for a, b in zip(wanted, pixel, strict=True)) for _, pixel in shown if isinstance(pixel, tuple)
    )


def test_a_chart_can_be_of_some_people_only(good: History) -> None:
    assert charts.timeline(good, actors=["sam"]).says == "17 events received by sam; 3 faults"


def test_the_same_call_id_in_two_runs_is_two_calls() -> None:
    done = "0.2 amy a2 data gets cost#1 S3=9.00"
    history = tell(["0.1 amy a1 data calls cost#1", "0.1 bob b1 data calls cost#1", done]).history
    other = tell(["0.1 amy a1 data calls cost#1", "0.1 bob b1 data calls cost#2", done]).history
    assert charts.tool_calls(history).png == charts.tool_calls(other).png


def test_a_notebook_gets_a_picture_and_words(good: History) -> None:
    chart = charts.sequence(good)
    assert chart._repr_mimebundle_() == {"image/png": chart.png, "text/plain": chart.says}


def test_the_same_history_gives_the_same_picture(good: History) -> None:
    assert charts.timeline(good).png == charts.timeline(good).png


def test_the_isolation_matrix_says_how_many_canaries_went_astray() -> None:
    seen = {("amy", "prompt"): {"amy": 2, "bob": 0}, ("bob", "prompt"): {"amy": 1, "bob": 0}}
    chart = charts.isolation_matrix(seen)
    assert chart.name == "isolation_matrix"
    assert chart.says == "2 kinds of canaries, 1 sightings at somebody else"
    assert chart.png.startswith(b"\x89PNG")


def test_the_access_matrix_names_the_doors_and_who_tried_them() -> None:
    chart = charts.access_matrix({("run", "read"): {"owner": "200", "other user": "404"}})
    assert chart.says == "1 doors, tried with owner, other user"
    assert b"<svg" in chart.svg


@pytest.mark.parametrize("draw", [charts.isolation_matrix, charts.access_matrix])
def test_a_matrix_of_nothing_can_be_drawn(draw: Callable[[dict[tuple[str, str], dict[str, Any]]], Chart]) -> None:
    assert draw({}).png


def test_statements_of_others_and_of_nobody_are_not_those_of_a_page() -> None:
    story = [
        "postgres exchanges wire 1b@0.11+1/amy 2b@0.12+1/bob 2@0.13+1 1e@0.14+1 2e@0.15+1 1@0.16+1 1b@0.30+1/amy",
        "0.20 amy paged 3 [since=0.10]",
    ]
    assert charts.statements_by_length(tell(story).history).says == "statements: 2 for 3 messages"
