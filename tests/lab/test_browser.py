from pathlib import Path

import pytest

from tests.lab.browser import find_browser, no_browser


def test_a_browser_on_path_comes_before_playwrights_own(tmp_path: Path) -> None:
    own, on_path = tmp_path / "own", tmp_path / "bin" / "google-chrome"
    on_path.parent.mkdir()
    assert find_browser(own, str(on_path.parent)) is None
    own.touch()
    assert find_browser(own, str(on_path.parent)) == own
    on_path.touch(mode=0o755)
    assert find_browser(own, str(on_path.parent)) == on_path


@pytest.mark.parametrize(
    ("variables", "outcome"), [({}, pytest.skip.Exception), ({"CI": "true"}, pytest.fail.Exception)]
)
def test_without_a_browser_tests_are_skipped_with_a_reason_but_in_ci_they_fail(
    variables: dict[str, str], outcome: type[BaseException]
) -> None:
    with pytest.raises(outcome, match="no browser: none of chromium"):
        no_browser(variables)
