import psutil

from tests.lab.server import LabServer
from tests.processes import addresses


async def test_it_listens_on_loopback_only(lab: LabServer) -> None:
    assert addresses(psutil.Process(lab.about["pid"])) == {"127.0.0.1"}


async def test_it_opens_on_the_notebooks_and_shows_the_evidence_as_well(lab: LabServer) -> None:
    assert (await lab.get("")).headers["location"].startswith("/lab/tree/notebooks")
    assert (await lab.get("api/contents/runs")).is_success
    assert (await lab.get("api/contents/notebooks/p0")).is_success


async def test_it_neither_asks_about_news_nor_looks_for_updates(lab: LabServer) -> None:
    settings = (await lab.get("lab/api/settings/@jupyterlab/apputils-extension:notification")).json()
    defaults = settings["schema"]["properties"]
    assert (defaults["fetchNews"]["default"], defaults["checkForUpdates"]["default"]) == ("false", False)
