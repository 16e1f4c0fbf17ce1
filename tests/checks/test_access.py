"""Strangers are refused, and learn nothing from how they are refused."""

import pytest

from gp_lib.checks import foreign_ids_answer_like_unknown_ones, strangers_are_refused
from gp_lib.checks.access import answers_at_the_doors
from gp_lib.verdict import Ruling
from tests.histories import tell

from .judging import fails, passes, undecided, vacuous

BOTH = ("other user", "expired")
OTHER = ("other user",)


@passes(strangers_are_refused, identities=BOTH, says="looked at 2")
def test_whoever_is_refused_where_the_owner_was_let_in_is_kept_out() -> None:
    """
    amy tried run read owner own 200
    bob tried run read other foreign 404
    bob tried run read other unknown 404
    stranger tried run read expired foreign 401
    """


@fails(strangers_are_refused, identities=OTHER, says="read run with other user was answered 200")
def test_another_user_who_is_let_in_is_not_refused() -> None:
    """
    amy tried run read owner own 200
    !bob tried run read other foreign 200
    """


@fails(strangers_are_refused, identities=BOTH, says="with expired was answered 200")
def test_an_expired_token_that_opens_a_door_is_not_refused() -> None:
    """
    amy tried run read owner own 200
    bob tried run read other foreign 404
    !stranger tried run read expired foreign 200
    """


@passes(strangers_are_refused, identities=("expired",))
def test_deleting_is_tried_by_its_owner_at_the_end() -> None:
    """
    stranger tried user delete expired foreign 401
    amy was forgotten
    """


@undecided(strangers_are_refused, identities=OTHER, says="did not work for the owner either")
def test_a_door_that_is_shut_to_everybody_proves_nothing() -> None:
    """
    amy tried run read owner own 500
    !bob tried run read other foreign 500
    """


@undecided(strangers_are_refused, identities=OTHER, says="nobody knows")
def test_a_try_without_an_answer_proves_nothing() -> None:
    """
    amy tried run read owner own 200
    !bob tried run read other foreign unanswered
    """


@undecided(strangers_are_refused, identities=BOTH, says="nobody tried with expired")
def test_an_identity_that_nobody_tried_with_is_not_known_to_be_refused() -> None:
    """
    amy tried run read owner own 200
    bob tried run read other foreign 404
    """


@vacuous(strangers_are_refused, identities=OTHER)
def test_without_a_try_nobody_is_refused() -> None:
    """
    amy tried run read owner own 200
    """


@passes(foreign_ids_answer_like_unknown_ones)
def test_the_same_answer_but_for_the_ids_in_it_tells_nothing() -> None:
    """
    bob tried run read other foreign 404 {"no": "6f1c0f6e-2d0b-4b7e-9d3a-0a1b2c3d4e5f", "code": 1}
    bob tried run read other unknown 404 {"code": 1, "no": "00000000-2d0b-4b7e-9d3a-0a1b2c3d4e5f"}
    """


@fails(foreign_ids_answer_like_unknown_ones, says="answered with 403, an unknown id with 404")
def test_another_status_tells_that_an_id_exists() -> None:
    """
    !bob tried run read other foreign 403
    !bob tried run read other unknown 404
    """


@fails(foreign_ids_answer_like_unknown_ones, says="the body tells")
def test_another_body_tells_that_an_id_exists() -> None:
    """
    !bob tried run read other foreign 404 it is not yours
    !bob tried run read other unknown 404 there is none
    """


@undecided(foreign_ids_answer_like_unknown_ones, says="nobody knows")
def test_an_answer_that_did_not_come_cannot_be_compared() -> None:
    """
    !bob tried run read other foreign unanswered
    !bob tried run read other unknown 404
    """


@vacuous(foreign_ids_answer_like_unknown_ones)
def test_a_foreign_id_alone_is_like_nothing() -> None:
    """
    bob tried run read other foreign 404
    bob tried run resume other unknown 404
    """


@pytest.mark.parametrize("identity", ["other user", "expired"])
def test_the_matrix_shows_how_each_identity_was_answered(identity: str) -> None:
    told = tell(
        """
        amy tried run read owner own 200
        bob tried run read other foreign 404
        bob tried run read other unknown 404
        stranger tried run read expired foreign 404
        """
    )
    row = answers_at_the_doors(told.history)["run", "read"]
    assert row == {"owner": "200", "other user": "404", "unknown id": "404", "expired": "404"}
    assert strangers_are_refused(told.history, identities=(identity,)).verdict is Ruling.PASS
