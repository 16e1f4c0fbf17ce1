"""Tokens of today's makers are found in every context, and harmless sentences are left as they are."""

import gzip
import re
from urllib.parse import quote

import pybetterleaks
import pytest
from kingfisher_sdk import Rules

from gp_lib.redaction.makers import TOKENS
from gp_lib.redaction.redactor import Redactor
from gp_lib.redaction.scanner import MAKERS as WORDS
from tests.projects import ROOT
from tests.redaction.harmless import SENTENCES
from tests.redaction.tokens import CONTEXTS, MAKERS, core_of, token_of

RECALL = 0.95


def is_gone(token: str, text: str) -> bool:
    cleaned = Redactor().clean(text)
    return not any(spelt in cleaned for spelt in (core_of(token), quote(core_of(token), safe="")))


def test_nearly_all_tokens_are_found_in_nearly_all_contexts() -> None:
    missed = [
        (maker, context)
        for maker in MAKERS
        for context, around in CONTEXTS.items()
        if (token := token_of(maker)) and not is_gone(token, around(token))
    ]
    assert len(missed) <= (1 - RECALL) * len(MAKERS) * len(CONTEXTS), missed


@pytest.mark.parametrize("maker", MAKERS)
def test_the_token_of_every_maker_is_found_in_prose(maker: str) -> None:
    token = token_of(maker)
    assert is_gone(token, CONTEXTS["prose"](token))


@pytest.mark.parametrize(
    ("before", "secret"),
    [
        ("", "AKIA" + "GAKHPEMFPWQBQUJZ"),  # no digit, as one in thirty
        ("aws_secret_access_key = ", "/f6Hc8/zz0V0yrPBwC7jIc96wb2" + "Xr0JdRsGGE/gW"),  # it could be a path
    ],
)
def test_what_looks_like_something_else_by_chance_is_found(before: str, secret: str) -> None:
    assert secret not in Redactor().clean(f"he said {before}{secret} and left")


@pytest.mark.parametrize("maker", MAKERS)
def test_what_another_scanner_finds_is_found(maker: str) -> None:
    text = CONTEXTS["log"](token_of(maker))
    found = [finding.secret for finding in pybetterleaks.scan_text(text, redact=False).findings]
    cleaned = Redactor().clean(text)
    assert [secret for secret in found if secret and secret in cleaned] == []


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_harmless_sentence_stays(sentence: str) -> None:
    assert Redactor().clean(sentence) == sentence


def test_there_are_enough_harmless_sentences_and_makers() -> None:
    assert len(set(SENTENCES)) >= 200
    assert len(MAKERS) >= 30


def test_nothing_in_the_example_is_taken_for_a_secret() -> None:
    texts = []
    for path in sorted((ROOT / "runs" / "example").rglob("*")):
        if path.is_file() and path.suffix not in (".png", ".gz"):
            texts.append(path.read_text())
        elif path.suffix == ".gz":
            texts += gzip.decompress(path.read_bytes()).decode().splitlines()
    assert len(texts) > 1000
    redactor = Redactor()
    assert [text[:200] for text in texts if redactor.clean(text) != text] == []


def test_every_expression_begins_with_a_literal_that_it_is_looked_for_by() -> None:
    for kind, literals, expression in TOKENS:
        assert re.compile(expression)
        assert all(re.search("[A-Za-z0-9]", literal) for literal in literals.split()), kind


def test_the_words_by_which_the_scanner_is_loaded_are_words_of_its_rules() -> None:
    rules = Rules(confidence="low")
    told = " ".join(str(rules.detail(rule["id"])["detection_regex"]).lower() for rule in rules.metadata())
    unknown = {word for word in WORDS if not any(part in told for part in (word, word[1:6]))}
    assert unknown == set()
