"""Bad input, too much of it, and the same message several times: what a socket must say to them."""

from gp_lib import checks

from .judging import fails, passes, undecided, vacuous


@passes(checks.bad_input_is_answered)
def test_a_typed_error_and_an_answer_to_the_next_message_is_what_bad_input_gets() -> None:
    """
    mia  welcomed
    0.20 mia  erred JSON_PARSE_ERROR
    mia  ponged
    mia  sent-badly JSON_PARSE_ERROR [since=0.1]
    """


@fails(checks.bad_input_is_answered, says="no error_message came")
def test_silence_after_bad_input_is_noticed() -> None:
    """
    ! mia  sent-badly JSON_PARSE_ERROR, in vain
    """


@fails(checks.bad_input_is_answered, says="pong came instead of an error")
def test_bad_input_that_is_ignored_is_noticed() -> None:
    """
      mia  ponged
    ! mia  sent-badly JSON_PARSE_ERROR
    """


@fails(checks.bad_input_is_answered, says="the error was INTERNAL, not UNKNOWN_TYPE")
def test_another_error_than_the_typed_one_is_noticed() -> None:
    """
      mia  erred INTERNAL
      mia  ponged
    ! mia  sent-badly UNKNOWN_TYPE
    """


@fails(checks.bad_input_is_answered, says="the next valid message was not answered")
def test_a_socket_that_is_deaf_after_bad_input_is_noticed() -> None:
    """
      mia  erred UNKNOWN_TYPE
    ! mia  sent-badly UNKNOWN_TYPE, in vain
      mia  ponged [tab=2]
    """


@undecided(checks.bad_input_is_answered)
def test_what_bad_input_got_behind_a_lost_connection_is_not_known() -> None:
    """
    ! mia  sent-badly UNKNOWN_TYPE, lost
    """


@vacuous(checks.bad_input_is_answered)
def test_an_error_that_nobody_provoked_answers_nothing() -> None:
    """
    mia  erred UNKNOWN_TYPE
    """


@passes(checks.oversized_frame_is_refused)
def test_a_close_code_and_a_new_connection_is_what_too_much_gets() -> None:
    """
    max  sent-too-much 70000, in vain [closed=1009]
    max  ponged [tab=2]
    max  asked-for-life [tab=2]
    """


@passes(checks.oversized_frame_is_refused)
def test_a_typed_error_on_an_open_connection_is_as_good() -> None:
    """
    max  erred INVALID_PAYLOAD
    max  sent-too-much 70000
    max  ponged
    max  asked-for-life
    """


@fails(checks.oversized_frame_is_refused, says="neither told nor closed with 1009")
def test_silence_about_too_much_is_noticed() -> None:
    """
    ! max  sent-too-much 70000, in vain
      max  ponged
      max  asked-for-life
    """


@fails(checks.oversized_frame_is_refused, says="neither told nor closed with 1009")
def test_another_close_code_is_noticed() -> None:
    """
    ! max  sent-too-much 70000, in vain [closed=1011]
      max  ponged [tab=2]
      max  asked-for-life [tab=2]
    """


@fails(checks.oversized_frame_is_refused, says="was not answered afterwards")
def test_nobody_answering_afterwards_is_noticed() -> None:
    """
    ! max  sent-too-much 70000, in vain [closed=1009]
      max  asked-for-life, in vain [tab=2]
    """


@undecided(checks.oversized_frame_is_refused, says="did not get to say anything afterwards")
def test_whoever_said_nothing_afterwards_may_have_been_answered() -> None:
    """
    ! max  sent-too-much 70000, in vain [closed=1009]
    """


@undecided(checks.oversized_frame_is_refused, says="without a word")
def test_a_connection_that_broke_without_a_word_may_have_lost_the_word() -> None:
    """
    ! max  sent-too-much 70000, lost
      max  ponged [tab=2]
      max  asked-for-life [tab=2]
    """


@vacuous(checks.oversized_frame_is_refused)
def test_a_ping_is_never_too_much() -> None:
    """
    max  ponged
    max  asked-for-life
    """


@passes(checks.one_message_one_run, copies=2)
def test_copies_over_two_sockets_that_make_one_run_are_one_message() -> None:
    """
    kim       welcomed
    desk      welcomed [user=kim]
    kim       k1  supervisor  starts
    desk      k1  supervisor  starts [user=kim]
    kim       asked k
    desk      asked k
    postgres  stored_runs kim k
    """


@fails(checks.one_message_one_run, copies=2, says="2 runs of user-kim came of 1 message")
def test_a_second_run_that_is_stored_is_noticed() -> None:
    """
      kim       welcomed
      kim       asked k
      kim       asked k
    ! postgres  stored_runs kim k l
    """


@fails(checks.one_message_one_run, copies=2, says="2 runs of user-kim came of 1 message")
def test_a_second_run_that_is_only_announced_is_noticed() -> None:
    """
      kim       welcomed
      kim       k1  supervisor  starts
      kim       l1  supervisor  starts
      kim       asked k
      kim       asked k
    ! postgres  stored_runs kim k
    """


@passes(checks.one_message_one_run, copies=2)
def test_another_message_may_make_another_run() -> None:
    """
    kim       welcomed
    kim       asked k
    kim       asked k
    kim       asked l
    postgres  stored_runs kim k l
    """


@undecided(checks.one_message_one_run, copies=3, says="only 2 times")
def test_too_few_copies_say_nothing() -> None:
    """
      kim       welcomed
    ! kim       asked k
    ! kim       asked k
      postgres  stored_runs kim k
    """


@undecided(checks.one_message_one_run, copies=2, says="nobody read which runs")
def test_runs_that_nobody_read_may_be_more_than_were_announced() -> None:
    """
      kim  welcomed
    ! kim  asked k
    ! kim  asked k
    """


@vacuous(checks.one_message_one_run, copies=2)
def test_a_message_that_was_sent_once_has_no_copies() -> None:
    """
    kim       welcomed
    kim       asked k
    postgres  stored_runs kim k
    """
