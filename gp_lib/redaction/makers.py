"""Tokens that their makers have made to be recognised: a prefix of its own, and a long random rest.

They are found wherever they stand, whatever follows, and by no measure of chance: the prefix is proof enough. The rest
is left to ``rules``, where context decides.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from gp_lib.redaction.finding import Found
from gp_lib.redaction.words import looks_random

_B = r"[A-Za-z0-9_\-]"
BEGINNING = r"(?:(?<![A-Za-z0-9])|(?<=\\[nrtbf])|(?<=%[0-9A-Fa-f]{2})|(?<=\\u00[0-9A-Fa-f]{2}))"
"""No letter and no digit is in front, unless it belongs to what is escaped there."""

TOKENS: tuple[tuple[str, str, str], ...] = (
    ("anthropic", "sk-ant-", r"sk-ant-[A-Za-z0-9_\-]{20,}"),
    ("openai", "sk-", r"sk-(?:proj|svcacct|admin|None)-[A-Za-z0-9_\-]{20,}"),
    ("openai", "sk-", r"sk-[A-Za-z0-9]{32,}"),
    ("openai", "sess-", r"sess-[A-Za-z0-9]{40}"),
    ("openrouter", "sk-or-v", r"sk-or-v\d-[A-Za-z0-9_\-]{20,}"),
    ("langfuse", "sk-lf-", r"sk-lf-[0-9a-f-]{32,}"),
    ("langsmith", "lsv2_", r"lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}"),
    ("langsmith", "ls__", r"ls__[A-Za-z0-9_\-]{28,}"),
    ("github", "ghp_ gho_ ghu_ ghs_ ghr_", r"gh[pousr]_[A-Za-z0-9_]{20,}"),
    ("github", "github_pat_", r"github_pat_\w{22,}"),
    (
        "gitlab",
        "glpat- gldt- glft- glsoat- glrt- glcbt- glptt- glagent- glimt- gloas- glffct-",
        r"gl(?:pat|dt|ft|soat|rt|cbt|ptt|agent|imt|oas|ffct)-[A-Za-z0-9_\-]{16,}(?:\.[A-Za-z0-9_\-]+)*",
    ),
    ("gitlab", "GR1348941", r"GR1348941[A-Za-z0-9_\-]{16,}"),
    ("google", "ya29.", r"ya29\.[A-Za-z0-9_\-]{20,}(?:\.[A-Za-z0-9_\-]+)*"),
    ("google", "AIza", r"AIza[A-Za-z0-9_\-]{30,}"),
    ("google", "GOCSPX-", r"GOCSPX-[A-Za-z0-9_\-]{20,}"),
    ("google", "1//0", r"1//0[A-Za-z0-9_\-]{30,}"),
    ("slack", "xox", r"xox[a-z](?:\.xox[a-z])?-[A-Za-z0-9_\-]{10,}"),
    ("slack", "xapp-", r"xapp-\d-[A-Za-z0-9_\-]{10,}"),
    ("slack-webhook", "hooks.slack.com", r"hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9/_+-]{20,}"),
    ("discord-webhook", "/api/webhooks/", r"discord(?:app)?\.com/api/webhooks/\d+/[A-Za-z0-9_\-]{40,}"),
    ("teams-webhook", "webhookb2", r"webhook\.office\.com/webhookb2/[0-9a-f@-]+/IncomingWebhook/[\w/-]+"),
    ("telegram", "AA", r"\d{8,10}(?::|%3A)AA[A-Za-z0-9_\-]{33}(?![A-Za-z0-9_\-])"),
    ("stripe", "sk_ rk_", r"(?:sk|rk)_(?:live|test|prod)_[A-Za-z0-9]{10,}"),
    ("stripe", "whsec_", r"whsec_[A-Za-z0-9+/=_-]{20,}"),
    ("sendgrid", "SG.", r"SG\.[A-Za-z0-9_\-]{16,}\.[A-Za-z0-9_\-]{16,}"),
    ("databricks", "dapi", r"dapi[0-9a-f]{32}(?:-\d)?"),
    ("databricks", "dkea", r"dkea[0-9a-f]{32}"),
    ("databricks", "dose", r"dose[0-9a-f]{32}"),
    ("pypi", "pypi-Ag", r"pypi-Ag[A-Za-z0-9_\-]{20,}"),
    ("npm", "npm_", r"npm_[A-Za-z0-9]{16,}"),
    ("rubygems", "rubygems_", r"rubygems_[0-9a-f]{40,}"),
    ("crates", "cio", r"cio[A-Za-z0-9]{32}(?![A-Za-z0-9])"),
    ("docker", "dckr_", r"dckr_[po]at_[A-Za-z0-9_\-]{16,}"),
    ("huggingface", "hf_", r"hf_[A-Za-z0-9]{20,}"),
    ("huggingface", "api_org_", r"api_org_[A-Za-z0-9]{20,}"),
    ("replicate", "r8_", r"r8_[A-Za-z0-9]{20,}"),
    ("groq", "gsk_", r"gsk_[A-Za-z0-9]{20,}"),
    ("perplexity", "pplx-", r"pplx-[A-Za-z0-9]{20,}"),
    ("xai", "xai-", r"xai-[A-Za-z0-9_\-]{20,}"),
    ("cerebras", "csk-", r"csk-[A-Za-z0-9]{20,}"),
    ("fireworks", "fw_", r"fw_[A-Za-z0-9]{20,}"),
    ("together", "tgp_v1_", r"tgp_v1_[A-Za-z0-9_\-]{20,}"),
    ("nvidia", "nvapi-", r"nvapi-[A-Za-z0-9_\-]{20,}"),
    ("tavily", "tvly-", r"tvly-[A-Za-z0-9_\-]{20,}"),
    ("pinecone", "pcsk_", r"pcsk_[A-Za-z0-9_\-]{20,}"),
    ("jina", "jina_", r"jina_[A-Za-z0-9]{20,}"),
    ("voyage", "pa- al-", r"(?:pa|al)-[A-Za-z0-9_-]{43}(?![A-Za-z0-9_\-])"),
    ("wandb", "wandb_v", r"wandb_v\d_[A-Za-z0-9_\-]{20,}"),
    ("aws", "A3T AKIA ASIA ABIA ACCA", r"(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])"),
    ("aws", "ABSK", r"ABSK[A-Za-z0-9+/]{80,}={0,2}"),
    ("alibaba", "LTAI", r"LTAI[A-Za-z0-9]{17,21}(?![A-Za-z0-9])"),
    ("tencent", "AKID", r"AKID[A-Za-z0-9]{32}(?![A-Za-z0-9])"),
    ("digitalocean", "_v1_", r"do[opr]_v1_[0-9a-f]{40,}"),
    ("cloudflare", "cfut_ cfat_ cfk_", r"cf[uakt]+_[A-Za-z0-9_\-]{40,}"),
    ("cloudflare", "v1.0-", r"v1\.0-[0-9a-f]{24}-[0-9a-f]{146}"),
    ("heroku", "HRKU-", r"HRKU-[A-Za-z0-9_\-]{30,}"),
    ("vercel", "vck_ vcp_ vca_ vci_ vcr_", r"vc[kpair]_[A-Za-z0-9_\-]{40,}"),
    ("netlify", "nfp_ nfc_ nfu_", r"nf[pcu]_[A-Za-z0-9_\-]{30,}"),
    ("supabase", "sbp_", r"sbp_[A-Za-z0-9_\-]{30,}"),
    ("supabase", "sb_secret_", r"sb_secret_[A-Za-z0-9_\-]{20,}"),
    ("planetscale", "pscale_", r"pscale_(?:tkn|pw|oauth)_[A-Za-z0-9_\-]{20,}"),
    ("neon", "napi_", r"napi_[a-z0-9]{30,}"),
    ("fly", "FlyV1", r"FlyV1 fm\d[ar]?_[A-Za-z0-9+/=,_-]{40,}"),
    ("fly", "fm1 fm2", r"fm[12][ar]?_[A-Za-z0-9+/=_-]{60,}"),
    ("hashicorp", "hvs. hvb. hvr.", r"hv[sbr]\.[A-Za-z0-9_\-]{24,}"),
    ("hashicorp", ".atlasv1.", r"[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{40,}"),
    ("doppler", "dp.", r"dp\.(?:pt|st|ct|sa|scim|audit)\.(?:[a-z0-9_-]{2,35}\.)?[A-Za-z0-9]{40,}"),
    ("1password", "ops_eyJ", r"ops_eyJ[A-Za-z0-9+/=_-]{40,}"),
    ("1password", "A3-", r"A3-[A-Z0-9]{6}(?:-[A-Z0-9]{5,11}){4,5}"),
    ("age", "AGE-SECRET-KEY-1", r"AGE-SECRET-KEY-1[A-Z0-9]{58}"),
    ("pulumi", "pul-", r"pul-[0-9a-f]{40}"),
    ("grafana", "glc_ glsa_", r"gl(?:c|sa)_[A-Za-z0-9+/=_-]{30,}"),
    ("grafana", "eyJrIjoi", r"eyJrIjoi[A-Za-z0-9+/=_-]{40,}"),
    ("sentry", "sntry", r"sntry[su]_[A-Za-z0-9+/=_-]{40,}"),
    ("newrelic", "NR", r"NR(?:AK|JS|II|IQ|RA|BR)-[A-Za-z0-9-]{20,}"),
    ("dynatrace", "dt0", r"dt0[a-z]\d{2}\.[A-Z0-9]{24}\.[A-Z0-9]{64}"),
    ("posthog", "phx_", r"phx_[A-Za-z0-9_]{40,}"),
    ("honeycomb", "hc", r"hc[a-z]{2}[ik]k?_[a-z0-9]{50,}"),
    ("sonar", "sqp_ squ_ sqa_", r"sq[pua]_[0-9a-f]{40}"),
    ("atlassian", "ATATT ATCTT ATBB", r"AT(?:ATT|CTT|BB)[A-Za-z0-9_\-=]{20,}"),
    ("linear", "lin_", r"lin_(?:api|oauth)_[A-Za-z0-9]{20,}"),
    ("notion", "ntn_", r"ntn_[A-Za-z0-9]{30,}"),
    ("notion", "secret_", r"secret_[A-Za-z0-9]{43}(?![A-Za-z0-9])"),
    ("figma", "fig", r"fig[dour]{1,2}_[A-Za-z0-9_\-]{30,}"),
    ("postman", "PMAK-", r"PMAK-[0-9a-fA-F]{24}-[0-9a-fA-F]{34}"),
    ("postman", "PMAT-", r"PMAT-[A-Za-z0-9]{26}"),
    ("airtable", "pat", r"pat[A-Za-z0-9]{14}\.[0-9a-f]{64}"),
    ("shopify", "shp", r"shp(?:at|ss|ca|pa|ua|tka)_[0-9a-fA-F]{30,}"),
    ("square", "sq0", r"sq0[a-z]{3}-[A-Za-z0-9_\-]{20,}"),
    ("square", "EAAA", r"EAAA[A-Za-z0-9_-]{60}(?![A-Za-z0-9_\-])"),
    ("facebook", "EAA", r"EAA[A-Z][A-Za-z0-9]{60,}"),
    ("paypal", "access_token$", r"access_token\$(?:production|sandbox)\$[0-9a-z]{16}\$[0-9a-f]{32}"),
    ("razorpay", "rzp_", r"rzp_(?:live|test)_[A-Za-z0-9]{14,}"),
    ("flutterwave", "FLWSECK", r"FLWSECK(?:_TEST)?-[0-9A-Za-z]{20,}(?:-X)?"),
    ("brevo", "xkeysib- xsmtpsib-", r"x(?:keysib|smtpsib)-[0-9a-f]{60,}-[A-Za-z0-9]{16}"),
    ("resend", "re_", r"re_[A-Za-z0-9]{8}_[A-Za-z0-9]{20,}"),
    ("mailersend", "mlsn.", r"mlsn\.[0-9a-f]{60,}"),
    ("mailgun", "key-", r"key-[0-9a-z]{32}(?![0-9a-z])"),
    ("twilio", "SK", r"SK[0-9a-z]{32}(?![0-9A-Za-z])"),
    ("typeform", "tfp_", r"tfp_[A-Za-z0-9_.=-]{40,}"),
    ("contentful", "CFPAT-", r"CFPAT-[A-Za-z0-9_\-]{40,}"),
    ("prefect", "pnu_ pnb_", r"pn[ub]_[A-Za-z0-9]{30,}"),
    ("buildkite", "bk", r"bk(?:ua|aa|ct|ps|pt|ar)_[A-Za-z0-9_-]{36,}"),
    ("circleci", "CCIPAT_ CCIPRJ_", r"CCI(?:PAT|PRJ)_[A-Za-z0-9]{22}_[0-9a-f]{40}"),
    ("tailscale", "tskey-", r"tskey-[a-z]+-[A-Za-z0-9]+(?:-[A-Za-z0-9]+)?"),
    ("ngrok", "ak_2", r"ak_2[A-Za-z0-9]{26}(?![A-Za-z0-9])"),
    ("artifactory", "AKCp", r"AKCp[0-9][A-Za-z0-9]{60,}"),
    ("artifactory", "cmVmdGtuO", r"cmVmdGtuO[A-Za-z0-9]{50,}"),
    ("nuget", "oy2", r"oy2[a-z0-9]{43}(?![a-z0-9])"),
    ("dropbox", "sl.", r"sl\.(?:u\.)?[A-Za-z0-9_\-]{60,}"),
    ("mapbox", "k.eyJ", r"[st]k\.eyJ[A-Za-z0-9_\-]{20,}\.[A-Za-z0-9_\-]{16,}"),
    ("adafruit", "aio_", r"aio_[A-Za-z]{4}\d\d[A-Za-z0-9]{22}"),
    ("launchdarkly", "sdk- api- mob-", r"(?:sdk|api|mob)-[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
    ("sentry-dsn", "sentry ingest", r"(?<=://)[0-9a-f]{32}(?=@[\w.-]*(?:sentry|ingest))"),
    (
        "mailchimp",
        "-us",
        r"(?<!trace )(?<!span )(?<!run )(?<!commit )(?<!request )(?<!id )(?<!id=)[0-9a-z]{32}-us\d{1,2}(?![0-9a-z])",
    ),
)
"""Kind, literals of which one stands in every text in which the expression can find something, and the expression."""

_SEPARATED = bytes(code if chr(code).isalnum() and code < 128 else ord(" ") for code in range(256))
_ESCAPED = re.compile(rb"\\u00[0-9A-Fa-f]{2}|%[0-9A-Fa-f]{2}")
_CAPITALS = 20
"""So many capitals behind a prefix are no word. One in thirty keys of AWS has no digit at all."""
_SHORT = 3
"""Letters by which a literal is looked for that goes on without a separator (``AKIA…``)."""


def tokens_in(text: str, words: frozenset[str]) -> Iterator[Found]:
    """Every token with the prefix of a maker. What follows must look random: the prefix may be a word's beginning."""
    heads = _all_heads() & words | _all_heads() & {word[:_SHORT] for word in words}
    rules = [rule for head in heads for rule in _heads()[head]] if heads else []
    for kind, literals, expression in (*rules, *_amid()):
        if any(literal in text for literal in literals):
            for match in expression.finditer(text):
                rest = re.split("[-_.]", match.group(), maxsplit=1)[-1]
                if looks_random(rest) or (rest.isupper() and len(rest) >= _CAPITALS):
                    yield Found(kind, *match.span())


def words_of(text: str) -> frozenset[str]:
    """All runs of ASCII letters and digits. To look for words among words is ten times faster than any expression."""
    data = text.encode("ascii", "replace")
    if b"\\" in data:
        for escaped in (b"\\n", b"\\r", b"\\t"):
            data = data.replace(escaped, b" ")
    if b"%" in data or b"\\u00" in data:
        data = _ESCAPED.sub(b" ", data)
    return frozenset(data.translate(_SEPARATED).decode("ascii").split())


_Rule = tuple[str, tuple[str, ...], re.Pattern[str]]


@lru_cache(maxsize=1)
def _heads() -> dict[str, list[_Rule]]:
    """The rules by the word, or its first letters, that stands in every text which has one of their literals."""
    heads: dict[str, list[_Rule]] = {}
    for kind, literals, expression in TOKENS:
        rule = (kind, tuple(literals.split()), re.compile(BEGINNING + expression))
        for literal in rule[1]:
            heads.setdefault(_head(literal), []).append(rule)
    return heads


@lru_cache(maxsize=1)
def _all_heads() -> frozenset[str]:
    return frozenset(_heads())


@lru_cache(maxsize=1)
def _amid() -> list[_Rule]:
    """The rules whose literals begin with fewer letters than words are looked for by."""
    return [rule for rules in _heads().values() for rule in rules if any(map(_is_short, rule[1]))]


def _is_short(literal: str) -> bool:
    return re.search(r"[A-Za-z0-9][^A-Za-z0-9]", literal) is None and len(_head(literal)) < _SHORT


def _head(literal: str) -> str:
    """The longest word of a literal: whole where the literal goes on behind it, else its beginning."""
    word: str = max(re.findall("[A-Za-z0-9]+", literal), key=len)
    return word if re.search(rf"{word}[^A-Za-z0-9]", literal) else word[:_SHORT]
