"""An event reaches every tab of its owner, and nobody else."""

from gp_lib.checks import every_tab_gets_everything, nobody_else_gets_anything

from .judging import fails, passes, undecided, vacuous


@passes(nobody_else_gets_anything)
def test_people_who_get_their_own_runs_only_keep_to_themselves() -> None:
    """
    amy welcomed
    bob welcomed
    amy a1 supervisor starts
    bob b1 supervisor starts
    amy asked a
    bob asked b
    """


@fails(nobody_else_gets_anything, says="bob received agent_thinking of user-amy")
def test_an_event_of_somebody_elses_run_went_astray() -> None:
    """
    amy welcomed
    bob welcomed
    amy a1 supervisor starts
    !bob a2 supervisor thinks hm [user=amy]
    amy asked a
    """


@fails(nobody_else_gets_anything)
def test_an_event_under_a_false_name_is_known_by_its_run() -> None:
    """
    amy welcomed
    bob welcomed
    amy a1 supervisor starts
    !bob a2 supervisor thinks hm
    amy asked a
    """


@fails(nobody_else_gets_anything)
def test_an_event_of_a_run_that_nobody_asked_for_is_known_by_its_user() -> None:
    """
    amy welcomed
    bob welcomed
    !bob x1 supervisor starts [user=amy]
    """


@fails(nobody_else_gets_anything, says="in an interleaving of 01 steps (amy asks): bob received")
def test_the_shortest_interleaving_is_told_first() -> None:
    """
    amy welcomed
    bob welcomed
    1.10 amy a1 supervisor starts
    !1.20 bob a2 supervisor thinks hm [user=amy]
    1.30 amy asked a [since=1.0]
    !1.40 everybody played bob asks,amy asks [since=1.0]
    2.10 amy c1 supervisor starts
    !2.20 bob c2 supervisor thinks hm [user=amy]
    2.30 amy asked c [since=2.0]
    !2.40 everybody played amy asks [since=2.0]
    """


@passes(nobody_else_gets_anything)
def test_two_devices_of_one_user_are_nobody_else_to_each_other() -> None:
    """
    amy welcomed
    ann welcomed [user=amy]
    amy a1 supervisor starts
    ann a1 supervisor starts [user=amy]
    amy asked a
    """


@undecided(nobody_else_gets_anything, says="nobody else")
def test_one_person_alone_cannot_be_overheard() -> None:
    """
    amy welcomed
    amy a1 supervisor starts
    amy asked a
    """


@vacuous(nobody_else_gets_anything, says="there was nobody else")
def test_without_events_nobody_is_overheard() -> None:
    """ """


@passes(every_tab_gets_everything)
def test_two_tabs_that_get_the_same_events_get_everything() -> None:
    """
    amy welcomed
    amy welcomed [tab=2]
    amy a1 supervisor starts
    amy a1 supervisor starts [tab=2]
    amy a2 supervisor answers done [tab=2]
    amy a2 supervisor answers done
    amy asked a [since=0.025]
    """


@fails(every_tab_gets_everything, says="amy/2 missed 1 of 2 events")
def test_a_tab_that_misses_an_event_is_left_out() -> None:
    """
    amy welcomed
    amy welcomed [tab=2]
    amy a1 supervisor starts
    amy a1 supervisor starts [tab=2]
    amy a2 supervisor answers done
    !amy asked a [since=0.025]
    """


@fails(every_tab_gets_everything, says="amy/1 received an event 2 times")
def test_an_event_that_comes_twice_to_one_tab_is_told_twice() -> None:
    """
    amy welcomed
    amy welcomed [tab=2]
    !amy a1 supervisor starts
    !amy a1 supervisor starts
    amy a1 supervisor starts [tab=2]
    amy asked a [since=0.025]
    """


@passes(every_tab_gets_everything, says="looked at 2")
def test_a_tab_that_was_opened_later_need_not_have_everything() -> None:
    """
    amy welcomed
    amy welcomed [tab=2]
    amy a1 supervisor starts
    amy a1 supervisor starts [tab=2]
    0.50 amy welcomed [tab=3]
    amy asked a [since=0.025]
    """


@passes(every_tab_gets_everything, says="looked at 2")
def test_a_tab_that_was_closed_on_purpose_need_not_have_everything() -> None:
    """
    amy welcomed
    amy welcomed [tab=2]
    amy welcomed [tab=3]
    amy closed amy/3
    amy a1 supervisor starts
    amy a1 supervisor starts [tab=2]
    amy asked a [since=0.045]
    """


@undecided(every_tab_gets_everything, says="cut off")
def test_a_question_that_was_cut_off_leaves_it_open_what_a_tab_would_have_got() -> None:
    """
    amy welcomed
    amy welcomed [tab=2]
    amy a1 supervisor starts
    !amy asked a, lost [since=0.025]
    """


@vacuous(every_tab_gets_everything)
def test_somebody_with_one_tab_tells_nothing_of_two() -> None:
    """
    amy welcomed
    amy a1 supervisor starts
    amy asked a [since=0.015]
    """
