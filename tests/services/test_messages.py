import errno
import io

import pytest

from gp_lib.errors import NotReady, SettingsError
from gp_lib.services.messages import listen, tell, tell_failure


def told(*errors: BaseException) -> io.StringIO:
    stream = io.StringIO()
    for error in errors:
        tell_failure(stream, error)
    stream.seek(0)
    return stream


def test_progress_is_passed_on_until_the_stack_is_up() -> None:
    stream, heard = io.StringIO(), []
    tell(stream, "progress", service="valkey", phase="starting")
    tell(stream, "up")
    stream.seek(0)
    assert listen(stream, lambda *words: heard.append(words)) is True
    assert heard == [("valkey", "starting")]


def test_a_supervisor_that_ends_without_a_word_is_not_up() -> None:
    assert listen(io.StringIO(), print) is False


def test_what_was_not_ready_arrives_complete() -> None:
    with pytest.raises(NotReady) as caught:
        listen(told(NotReady("valkey", "tried", todo="do", log_tail="last\nwords")), print)
    error = caught.value
    assert (error.service, error.tried, error.todo, error.log_tail) == ("valkey", "tried", "do", "last\nwords")


def test_a_wrong_setting_arrives_with_its_variable() -> None:
    with pytest.raises(SettingsError) as caught:
        listen(told(SettingsError("GPATH_SLOW_FACTOR", "is no number")), print)
    assert caught.value.variable == "GPATH_SLOW_FACTOR"


def test_a_defect_of_the_supervisor_is_told_as_such() -> None:
    with pytest.raises(NotReady, match=r"it broke \(ZeroDivisionError: oh\)"):
        listen(told(ZeroDivisionError("oh")), print)


def test_a_starter_that_is_gone_is_nobody_to_tell() -> None:
    stream = io.StringIO()
    stream.close()
    tell(stream, "up")


def test_a_full_disk_is_told_with_the_way_out() -> None:
    with pytest.raises(NotReady, match="What to do: free disk space"):
        listen(told(OSError(errno.ENOSPC, "No space left on device")), print)
