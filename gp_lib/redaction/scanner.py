"""The rules of Kingfisher, in this process: hundreds of makers whose keys are known by their context.

They are loaded when one of ``MAKERS`` stands near something that may be a key, and not before: that takes half a
second. Once on each machine they are compiled, which takes five to fifteen (``prepare``). Its validation, which asks
the makers over the network, is never used.
"""

import importlib.metadata
import re
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from gp_lib.redaction.finding import Found

if TYPE_CHECKING:
    from kingfisher_sdk import Scanner

_MAKERS = """
abuseipdb aact adafruit adobe aik aiven airtable algolia alibaba aliyun amplitude apify apikey apk asana
assemblyai auth0 authress azconfig bbdc bitbucket bitly bitrise bittrex browserstack bsa ccdb1 circleci civo
clickup clojars cloudflare cloudinary cnvca codecov cohere coinbase configcat confluent contentful couchbase
coveralls curl databento datadog ddo ddp deepgram discord dnkey droneci dropbox duffel dvc ebay elevenlabs
endr essu etsy exoscale ezak eztk facebook fastly figma finicity finnhub flickr flwpubk freshbooks fullstory
gitea gitter gocardless greptile gumroad heroku honeycomb hubspot influx infomaniak intercom jfrog jumpcloud
kagi klaviyo kucoin launchdarkly linkedin llx lob mailchimp mailgun mapbox mattermost mdb mem0 meraki midtrans
mistral netlify newrelic ngrok nyk okta ollama opsgenie packagist pagerduty paypal pdl phc pinecone plaid
plivo postmark prf pyowm rapidapi rdme retell rnd rootly rpa salesforce samsara sendbird sentry sgp shippo
snowflake snyk sonar squarespace sslmate swmkey swmtkn tableau telegram telegr telnyx travis tss twitch
twitter typeform ucat unkey upstage upstash vercel virustotal vtwn vultr waka  weatherstack wiz woo
workos wrka xnd yandex zai zendesk zoho zpka
"""
MAKERS = frozenset(_MAKERS.split())
"""The words by which the rules know their makers, or with which their tokens begin. Those that ``makers`` finds by
itself are left out, and so are common words (``linear``, ``monday``), which are said without any key."""

_NEAR = r"(?i:{})(?:[^\n]{{0,80}}?[A-Za-z0-9+/=_.~-]{{12}}|url\s)"
"""A word, and what may be a key behind it; ``curl`` is given all kinds of things."""

_KIND = re.compile(r"[^a-z0-9-]+")


def scanned_in(text: str, words: Iterable[str]) -> Iterator[Found]:
    """Every secret that a rule of Kingfisher finds; ``words`` are the words of the text."""
    makers = MAKERS.intersection(words)
    if not any(re.search(_NEAR.format(maker.removesuffix("url")), text) for maker in makers):
        return
    for finding in _scanner().scan(text.encode("utf-8", "replace")):
        secret = re.split(r"[\"\\]", finding.secret)[0]  # JSON stays JSON
        if finding.visible and secret:
            kind = _KIND.sub("-", finding.rule_id.rpartition("/")[2].removeprefix("betterleaks.").lower()).strip("-")
            yield from (Found(kind, *match.span()) for match in re.finditer(re.escape(secret), text))


_PREPARING = threading.Lock()


def prepare() -> None:
    """Compile the rules, if this machine has not done so yet: no scenario has to wait for that during its act.

    Where the cache cannot be written, each process that needs them compiles them for itself.
    """
    with _PREPARING, suppress(OSError):
        _cache().mkdir(parents=True, exist_ok=True)
        if not any(_cache().iterdir()):
            _scanner()


def _cache() -> Path:
    import platformdirs

    version = importlib.metadata.version("kingfisher-secret-scanner")
    return platformdirs.user_cache_path("golden-path-workbench") / f"rules-{version}"


@lru_cache(maxsize=1)
def _scanner() -> "Scanner":
    from kingfisher_sdk import Rules, Scanner

    return Scanner(Rules(confidence="low", cache_dir=_cache()), base64=False)
