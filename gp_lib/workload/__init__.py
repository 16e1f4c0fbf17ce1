"""Simulated people doing things at the same time, writing a history."""

from gp_lib.workload.bad_input import sends_badly, sends_too_much
from gp_lib.workload.bad_network import asks_through_cuts
from gp_lib.workload.canaries import (
    asks_with_canaries,
    asks_with_canary,
    plants,
    provokes_an_error,
    signs_in_with_canaries,
)
from gp_lib.workload.doors import looks_back, resumes_own, tries_doors, tries_to_resume
from gp_lib.workload.fill import fill
from gp_lib.workload.hostile import hostile_texts
from gp_lib.workload.interleavings import Interleaving, draw_interleavings, sees_the_end_everywhere
from gp_lib.workload.knocking import BAD_TOKENS, knocks
from gp_lib.workload.open_loop import open_loop
from gp_lib.workload.pages import read_in_bulk, reads_page
from gp_lib.workload.people import People
from gp_lib.workload.person import Asked, Person
from gp_lib.workload.recording import Recording
from gp_lib.workload.together import together

__all__ = [
    "BAD_TOKENS",
    "Asked",
    "Interleaving",
    "People",
    "Person",
    "Recording",
    "asks_through_cuts",
    "asks_with_canaries",
    "asks_with_canary",
    "draw_interleavings",
    "fill",
    "hostile_texts",
    "knocks",
    "looks_back",
    "open_loop",
    "plants",
    "provokes_an_error",
    "read_in_bulk",
    "reads_page",
    "resumes_own",
    "sees_the_end_everywhere",
    "sends_badly",
    "sends_too_much",
    "signs_in_with_canaries",
    "together",
    "tries_doors",
    "tries_to_resume",
]
