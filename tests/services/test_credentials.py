from dataclasses import astuple

from gp_lib.services.credentials import Credentials


def test_every_secret_is_different_long_and_needs_no_quoting() -> None:
    secrets = astuple(Credentials.fresh())
    assert len(set(secrets)) == len(secrets)
    assert all(len(secret) >= 32 and secret.isalnum() for secret in secrets)


def test_an_attached_model_keeps_its_own_key() -> None:
    assert Credentials.fresh("theirs").model_key == "theirs"


def test_no_secret_survives_redaction_or_shows_in_a_repr() -> None:
    credentials = Credentials.fresh()
    text = credentials.redact(f"password={credentials.gp_app} key={credentials.model_key}")
    assert text == "password=[secret] key=[secret]"
    assert credentials.gp_app not in repr(credentials)
