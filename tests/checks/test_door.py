"""The right people get in, soon and well received, and only they; and each way of getting that wrong is noticed."""

from gp_lib import checks

from .judging import fails, passes, undecided, vacuous


@passes(checks.valid_token_lets_in, by="header")
def test_a_valid_token_in_a_header_lets_in() -> None:
    """
    amy  welcomed
    amy  connected header
    """


@fails(checks.valid_token_lets_in, by="subprotocol", says="bob did not get in")
def test_a_valid_token_that_is_refused_is_noticed() -> None:
    """
      amy  welcomed
      amy  connected subprotocol
    ! bob  connected subprotocol, in vain
    """


@undecided(checks.valid_token_lets_in, by="header")
def test_a_connection_that_broke_at_the_door_was_not_refused() -> None:
    """
    ! amy  connected header, lost
    """


@vacuous(checks.valid_token_lets_in, by="subprotocol")
def test_a_way_that_nobody_took_was_not_tried() -> None:
    """
    amy  welcomed
    amy  connected header
    """


@passes(checks.welcomed_within, limit_ms=500.0)
def test_one_slow_visit_among_quick_ones_is_quick_enough_on_average() -> None:
    """
    0.10  amy  connected header
    1.60  bob  connected header [since=1.0]
    2.10  cat  connected header [since=2.0]
    """


@fails(checks.welcomed_within, limit_ms=500.0, says="first visits waited 700 ms")
def test_slow_first_visits_are_not_hidden_by_quick_later_ones() -> None:
    """
    ! 0.70  amy  connected header
      1.10  amy  connected subprotocol [since=1.0]
      1.20  amy  connected subprotocol [since=1.1]
      1.30  amy  connected subprotocol [since=1.2]
    """


@undecided(checks.welcomed_within, limit_ms=500.0, says="took 80% of the machine")
def test_a_welcome_is_not_called_slow_on_a_machine_that_others_used_up() -> None:
    """
    ! 0.70  amy        connected header
    ! 0.80  workbench  machine cpu 0.0/0.8 0.0/0.8
    """


@fails(checks.welcomed_within, limit_ms=500.0, says="later visits waited 600 ms")
def test_slow_later_visits_are_noticed_too() -> None:
    """
      0.10  amy  connected header
    ! 1.60  amy  connected header [since=1.0]
    """


@vacuous(checks.welcomed_within, limit_ms=500.0)
def test_whoever_was_not_let_in_did_not_wait_for_a_welcome() -> None:
    """
    amy  connected header, in vain
    """


@passes(checks.welcome_is_complete)
def test_a_welcome_with_every_field_is_complete() -> None:
    """
    amy  welcomed
    amy  connected header
    amy  welcomed [tab=2]
    amy  connected header [tab=2]
    """


@fails(checks.welcome_is_complete, says="connection_id is missing")
def test_a_welcome_without_a_connection_id_is_noticed() -> None:
    """
    ! amy  welcomed [lacks=connection_id]
      amy  connected header
    """


@fails(checks.welcome_is_complete, says="protocol is missing")
def test_a_welcome_without_a_protocol_is_noticed() -> None:
    """
    ! amy  welcomed [lacks=protocol]
      amy  connected header
    """


@fails(checks.welcome_is_complete, says='user_id is "user-bob"')
def test_a_welcome_to_somebody_else_is_noticed() -> None:
    """
    ! amy  welcomed [user=bob]
      amy  connected header
    """


@fails(checks.welcome_is_complete, says="another connection's too")
def test_a_connection_id_that_two_connections_have_is_noticed() -> None:
    """
      amy  welcomed [id=x]
      amy  connected header
    ! bob  welcomed [id=x]
    ! bob  connected header
    """


@fails(checks.welcome_is_complete, says='type is "pong"')
def test_something_else_before_the_welcome_is_noticed() -> None:
    """
    ! amy  ponged
      amy  welcomed
      amy  connected header
    """


@vacuous(checks.welcome_is_complete)
def test_whoever_was_turned_away_needs_no_welcome() -> None:
    """
    amy  connected header, in vain
    """


@passes(checks.subprotocol_is_echoed)
def test_a_subprotocol_that_came_back_was_echoed() -> None:
    """
    amy  connected subprotocol [echoed=yes]
    """


@fails(checks.subprotocol_is_echoed, says="was not echoed")
def test_a_subprotocol_that_did_not_come_back_is_noticed() -> None:
    """
      bob  connected subprotocol [echoed=yes]
    ! amy  connected subprotocol [echoed=no]
    """


@vacuous(checks.subprotocol_is_echoed)
def test_a_token_in_a_header_needs_no_echo() -> None:
    """
    amy  connected header
    """


@passes(checks.expired_token_is_refused)
def test_an_expired_token_that_was_turned_away_was_refused_however() -> None:
    """
    eve  knocked expired, in vain [came=401]
    eve  knocked expired, in vain [came=1008]
    """


@fails(checks.expired_token_is_refused, says="eve got in")
def test_an_expired_token_that_opens_is_noticed() -> None:
    """
    ! eve  knocked expired
      eve  knocked forged, in vain [came=401]
    """


@undecided(checks.expired_token_is_refused)
def test_a_knock_that_nobody_answered_was_not_refused() -> None:
    """
    ! eve  knocked expired, lost
    """


@vacuous(checks.expired_token_is_refused)
def test_a_forged_token_says_nothing_about_expired_ones() -> None:
    """
    eve  knocked forged, in vain [came=401]
    """


@passes(checks.bad_token_is_refused, kind="unsigned")
def test_a_bad_token_that_was_turned_away_was_refused() -> None:
    """
    eve  knocked unsigned, in vain [came=401]
    eve  knocked forged
    """


@fails(checks.bad_token_is_refused, kind="unsigned", says="with a token that is unsigned")
def test_a_bad_token_that_opens_is_noticed() -> None:
    """
      eve  knocked unsigned, in vain [came=401]
    ! eve  knocked unsigned
    """


@vacuous(checks.bad_token_is_refused, kind="wrong_audience")
def test_a_token_that_nobody_tried_was_not_refused() -> None:
    """
    eve  knocked unsigned, in vain [came=401]
    """


@passes(checks.refused_before_any_frame)
def test_an_http_answer_to_the_handshake_comes_before_any_frame() -> None:
    """
    eve  knocked missing, in vain [came=401]
    eve  knocked expired, in vain [came=401]
    """


@fails(checks.refused_before_any_frame, says="was sent connection_established")
def test_a_welcome_before_the_refusal_is_noticed() -> None:
    """
    ! eve  welcomed
    ! eve  knocked missing, in vain [came=1008]
    """


@fails(checks.refused_before_any_frame, says="turned away with close code 1008")
def test_an_upgrade_that_is_closed_at_once_is_noticed() -> None:
    """
    ! eve  knocked missing, in vain [came=1008]
    """


@fails(checks.refused_before_any_frame, says="turned away with HTTP 500")
def test_another_status_is_noticed() -> None:
    """
    ! eve  knocked garbage, in vain [came=500]
    """


@vacuous(checks.refused_before_any_frame)
def test_whoever_got_in_was_not_turned_away() -> None:
    """
    eve  welcomed
    eve  knocked expired
    """
