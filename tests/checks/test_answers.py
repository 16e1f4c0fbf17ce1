"""An answer is there, is about its user's own data, and its amounts are true."""

import pytest

from gp_lib import checks
from gp_lib.verdict import Ruling
from tests.histories import tell

from .judging import fails, passes, undecided, vacuous


@passes(checks.answer_is_not_empty)
def test_an_answer_with_words_is_an_answer() -> None:
    """
    amy  a1  supervisor  starts
    amy  a2  supervisor  answers yes
    amy  asked a
    """


@fails(checks.answer_is_not_empty, says="ends with agent_completed and no answer")
def test_an_answer_of_nothing_but_white_space_is_empty() -> None:
    """
      amy  a1  supervisor  starts
      amy  a2  report      answers told
    ! amy  a3  supervisor  answers " \\n "
      bob  b1  supervisor  starts
      bob  b2  supervisor  answers yes
    """


@fails(checks.answer_is_not_empty, says="ends with agent_error and no answer")
def test_a_run_that_gives_up_has_no_answer() -> None:
    """
      amy  a1  supervisor  starts
    ! amy  a2  supervisor  gives-up
    """


@fails(checks.answer_is_not_empty, says="never answers")
def test_a_run_that_never_ends_has_no_answer() -> None:
    """
    ! amy  a1  supervisor  starts
      amy  asked a, in vain
    """


@undecided(checks.answer_is_not_empty, says="could not be watched")
def test_whether_an_answer_came_behind_a_lost_connection_is_not_known() -> None:
    """
    ! amy  a1  supervisor  starts
      amy  asked a, lost
    """


@vacuous(checks.answer_is_not_empty)
def test_without_a_run_there_is_no_answer_to_look_at() -> None:
    """
    amy  asked, in vain
    """


@passes(checks.recommendations_name_own_services, says="looked at 2")
def test_services_that_the_user_has_may_be_recommended() -> None:
    """
    amy         a1  supervisor  starts
    amy         a2  supervisor  answers "- S3: save 8.10 USD a month\\n- my own queue: save 1,000.00 USD a month"
    clickhouse  cost_by_service amy json [{"service": "S3"}, {"service": "my own queue"}, {"service": "EC2"}]
    """


@fails(checks.recommendations_name_own_services, says="recommends 'mainframe', which amy does not have")
def test_a_service_that_nobody_has_is_noticed() -> None:
    """
      amy         a1  supervisor  starts
    ! amy         a2  supervisor  answers "- S3: save 8.10 USD a month\\n- mainframe: save 1.00 USD a month"
      clickhouse  cost_by_service amy S3=9.00
    """


@fails(checks.recommendations_name_own_services, says="recommends 'RDS', which amy does not have")
def test_a_service_that_only_somebody_else_has_is_noticed() -> None:
    """
      amy         a1  supervisor  starts
    ! amy         a2  supervisor  answers "- RDS: save 8.10 USD a month"
      clickhouse  cost_by_service amy S3=9.00
      clickhouse  cost_by_service bob RDS=9.00
    """


@vacuous(checks.recommendations_name_own_services)
def test_an_answer_that_recommends_nothing_names_no_service() -> None:
    """
    amy         a1  supervisor  starts
    amy         a2  supervisor  answers "I would save on mainframe, perhaps."
    clickhouse  cost_by_service amy S3=9.00
    """


@passes(checks.amounts_equal_sql, says="looked at 2")
def test_amounts_and_total_that_sql_computes_too_are_true() -> None:
    """
    amy  a1  supervisor  starts
    amy  a2  supervisor  answers "- EC2: save 1,000.50 USD a month\\nTotal: 1,000.50 USD a month"
    clickhouse  savings amy EC2=1000.50
    """


@fails(checks.amounts_equal_sql, says="8.11 on S3, but SQL says 8.10")
def test_an_amount_that_is_off_by_a_cent_is_noticed() -> None:
    """
      amy         a1  supervisor  starts
    ! amy         a2  supervisor  answers "- S3: save 8.11 USD a month\\nTotal: 8.10 USD a month"
      clickhouse  savings amy S3=8.10
    """


@fails(checks.amounts_equal_sql, says="a total of 9.00, but SQL says 8.10")
def test_a_total_that_is_off_is_noticed() -> None:
    """
      amy         a1  supervisor  starts
    ! amy         a2  supervisor  answers "- S3: save 8.10 USD a month\\nTotal: 9.00 USD a month"
      clickhouse  savings amy S3=8.10
    """


@fails(checks.amounts_equal_sql, says="names no total")
def test_an_answer_without_a_total_is_noticed() -> None:
    """
      amy         a1  supervisor  starts
    ! amy         a2  supervisor  answers "- S3: save 8.10 USD a month"
      clickhouse  savings amy S3=8.10
    """


@fails(checks.amounts_equal_sql, says="1.00 on EC2, but SQL finds no saving there")
def test_a_saving_on_a_busy_service_is_noticed() -> None:
    """
      amy         a1  supervisor  starts
    ! amy         a2  supervisor  answers "- EC2: save 1.00 USD a month\\nTotal: 8.10 USD a month"
      clickhouse  savings amy S3=8.10
      clickhouse  cost_by_service amy S3=9.00 EC2=5.00
    """


@passes(checks.amounts_equal_sql)
def test_a_service_that_the_user_does_not_have_is_another_promises_matter() -> None:
    """
    amy         a1  supervisor  starts
    amy         a2  supervisor  answers "- mainframe: save 1.00 USD a month\\nTotal: 8.10 USD a month"
    clickhouse  savings amy S3=8.10
    clickhouse  cost_by_service amy S3=9.00
    """


@vacuous(checks.amounts_equal_sql)
def test_an_empty_answer_has_no_amounts() -> None:
    """
    amy         a1  supervisor  starts
    amy         a2  supervisor  answers ""
    clickhouse  savings amy S3=8.10
    """


@passes(checks.planted_data_reaches_the_answer)
def test_a_service_that_was_billed_before_the_question_stands_in_the_answer() -> None:
    """
    0.10  billing  billed amy svc-7f
    0.20  amy      a1  supervisor  starts
    0.30  amy      a2  supervisor  answers "- svc-7f: save 8.10 USD a month"
    0.30  amy      asked a  [since=0.15]
    """


@fails(checks.planted_data_reaches_the_answer, says="says nothing of svc-7f")
def test_an_answer_from_older_data_is_noticed_also_when_it_names_something_alike() -> None:
    """
    ! 0.10  billing  billed amy svc-7f
      0.20  amy      a1  supervisor  starts
    ! 0.30  amy      a2  supervisor  answers "- svc-7f1: save 8.10 USD a month"
      0.30  amy      asked a  [since=0.15]
    """


@undecided(checks.planted_data_reaches_the_answer, says="stood in the question already")
def test_a_name_that_was_in_the_question_proves_nothing() -> None:
    """
    ! 0.10  billing  billed amy svc-7f
      0.20  amy      a1  supervisor  starts
      0.30  amy      a2  supervisor  answers "you asked about svc-7f"
    ! 0.30  amy      asked a  [since=0.15 content=what-of-svc-7f]
    """


@vacuous(checks.planted_data_reaches_the_answer)
def test_what_was_billed_to_somebody_else_or_later_need_not_be_known() -> None:
    """
    0.10  billing  billed bob svc-7f
    0.20  amy      a1  supervisor  starts
    0.30  amy      a2  supervisor  answers yes
    0.30  amy      asked a  [since=0.15]
    0.40  billing  billed amy svc-8e
    """


@pytest.mark.parametrize(
    "result",
    [
        "null", "[]", "{}", "0", "5", "true", '[{"type": "text", "text": ""}]', '[{"type": "text", "text": null}]',
        '[{"type": "text", "text": " \\n"}]', '[{"type": "refusal", "refusal": "no"}]', '{"content": []}', "[null]",
        '[{"type": "thinking", "thinking": "hm"}, {"type": "image", "source": {}}]', '"\\u200b\\u2060"', '"\\u3164"',
        '"```\\n```"', '"&nbsp;"', '"<!-- later -->"', '"![chart](chart.png)"',
    ],
)  # fmt: skip
def test_an_answer_that_shows_nothing_is_empty(result: str) -> None:
    told = tell(f"amy a1 supervisor starts\namy a2 supervisor answers json {result}")
    found = checks.answer_is_not_empty(told.history)
    assert (found.verdict, found.witnesses) == (Ruling.FAIL, (1,)), found.message


@passes(checks.answer_is_not_empty)
def test_an_answer_in_content_blocks_is_an_answer() -> None:
    """
    amy  a1  supervisor  starts
    amy  a2  supervisor  answers json [{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "Save 5 USD."}]
    """


@undecided(checks.answer_is_not_empty, says='its result is {"saving": "S3"}, which cannot be read')
def test_an_answer_in_a_form_that_nobody_knows_is_undecided() -> None:
    """
      amy  a1  supervisor  starts
    ! amy  a2  supervisor  answers json {"saving": "S3"}
    """


@undecided(checks.amounts_equal_sql, says="the store gave no table of one finite amount a service")
def test_an_amount_that_the_store_cannot_tell_is_undecided() -> None:
    """
      amy         a1  supervisor  starts
    ! amy         a2  supervisor  answers "- S3: save 8.10 USD a month\\nTotal: 8.10 USD a month"
      clickhouse  savings amy S3=nan
    """
