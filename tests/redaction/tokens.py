"""Tokens of today's makers, put together from their parts when they are needed: none stands in this repository."""

import base64
import json
import random
import string
from collections.abc import Callable, Mapping
from urllib.parse import quote

_RANDOM = random.Random(2026)
LETTERS = string.ascii_letters + string.digits
HEX = string.digits + "abcdef"


def some(length: int, alphabet: str = LETTERS) -> str:
    """Random characters."""
    return "".join(_RANDOM.choice(alphabet) for _ in range(length))


def hexa(length: int) -> str:
    """Random hexadecimal digits."""
    return some(length, HEX)


def upper(length: int) -> str:
    """Random capitals and digits from 2 to 7."""
    return "".join(_RANDOM.choice(string.ascii_uppercase + "234567") for _ in range(length))


def uuid() -> str:
    """Hexadecimal digits as UUIDs have them."""
    return "-".join(map(hexa, (8, 4, 4, 4, 12)))


def _claims(**claims: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")


MAKERS: Mapping[str, Callable[[], str]] = {
    "1Password service account": lambda: "ops_" + "eyJ" + some(260),
    "Adafruit IO": lambda: "aio_" + "abcd" + "12" + some(22),
    "age": lambda: (
        "AGE-SECRET" + "-KEY-1" + "".join(_RANDOM.choice("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L") for _ in range(58))
    ),
    "Airtable": lambda: "pat" + some(14) + "." + hexa(64),
    "Anthropic": lambda: "sk-" + "ant-api03-" + some(93) + "AA",
    "Artifactory": lambda: "AKCp" + "8" + some(68),
    "Atlassian": lambda: "ATAT" + "T3xFfGF0" + some(170),
    "AWS key id": lambda: "AK" + "IA" + upper(16),
    "Brevo": lambda: "xkeysib" + "-" + hexa(64) + "-" + some(16),
    "Buildkite": lambda: "bkua" + "_" + hexa(40),
    "Cerebras": lambda: "csk-" + some(48, string.ascii_lowercase + string.digits),
    "CircleCI": lambda: "CCIPAT" + "_" + some(22) + "_" + hexa(40),
    "Cloudflare": lambda: "cfat" + "_" + some(40) + hexa(8),
    "Databricks": lambda: "dapi" + hexa(32),
    "DigitalOcean": lambda: "dop" + "_v1_" + hexa(64),
    "Docker Hub": lambda: "dckr" + "_pat_" + some(27),
    "Doppler": lambda: "dp." + "pt." + some(43),
    "Dynatrace": lambda: "dt0c01" + "." + upper(24) + "." + upper(64),
    "Figma": lambda: "figd" + "_" + some(40),
    "Flutterwave": lambda: "FLWSECK" + "_TEST-" + hexa(32) + "-X",
    "GitHub classic": lambda: "gh" + "p_" + some(36),
    "GitHub fine-grained": lambda: "github" + "_pat_" + some(22) + "_" + some(59),
    "GitHub server": lambda: "gh" + "s_" + some(36),
    "GitLab": lambda: "gl" + "pat-" + some(20),
    "GitLab runner": lambda: "gl" + "rt-" + some(20),
    "Google API key": lambda: "AI" + "zaSy" + some(33),
    "Google OAuth": lambda: "ya29" + "." + some(60),
    "Google client secret": lambda: "GOC" + "SPX-" + some(28),
    "Grafana": lambda: "glsa" + "_" + some(32) + "_" + hexa(8),
    "Groq": lambda: "gsk" + "_" + some(52),
    "Heroku": lambda: "HRKU" + "-" + some(60),
    "Hugging Face": lambda: "hf" + "_" + some(34),
    "JWT": lambda: _claims(alg="HS256", typ="JWT") + "." + _claims(sub=some(9)) + "." + some(43),
    "LangSmith": lambda: "lsv2" + "_pt_" + hexa(32) + "_" + hexa(10),
    "Langfuse": lambda: "sk-" + "lf-" + uuid(),
    "Linear": lambda: "lin" + "_api_" + some(40),
    "MailerSend": lambda: "mlsn" + "." + hexa(64),
    "Neon": lambda: "napi" + "_" + some(64, string.ascii_lowercase + string.digits),
    "Netlify": lambda: "nfp" + "_" + some(36),
    "New Relic": lambda: "NRAK" + "-" + upper(27),
    "Notion": lambda: "ntn" + "_" + some(46),
    "npm": lambda: "npm" + "_" + some(36),
    "NVIDIA": lambda: "nvapi" + "-" + some(64),
    "OpenAI": lambda: "sk-" + some(20) + "T3Blbk" + "FJ" + some(20),
    "OpenAI project": lambda: "sk-" + "proj-" + some(124),
    "OpenRouter": lambda: "sk-" + "or-v1-" + hexa(64),
    "Perplexity": lambda: "pplx" + "-" + some(48),
    "Pinecone": lambda: "pcsk" + "_" + some(6) + "_" + some(63),
    "PlanetScale": lambda: "pscale" + "_tkn_" + some(43),
    "Postman": lambda: "PMAK" + "-" + hexa(24) + "-" + hexa(34),
    "Pulumi": lambda: "pul" + "-" + hexa(40),
    "PyPI": lambda: "pypi" + "-AgEIcHlwaS5vcmc" + some(90),
    "Replicate": lambda: "r8" + "_" + some(37),
    "Resend": lambda: "re" + "_" + some(8) + "_" + some(24),
    "RubyGems": lambda: "rubygems" + "_" + hexa(48),
    "SendGrid": lambda: "SG" + "." + some(22) + "." + some(43),
    "Sentry": lambda: "sntryu" + "_" + hexa(64),
    "Shopify": lambda: "shpat" + "_" + hexa(32),
    "Slack app": lambda: "xapp" + "-1-A" + upper(10) + "-1234567890123-" + hexa(64),
    "Slack bot": lambda: "xoxb" + "-123456789012-123456789012-" + some(24),
    "SonarQube": lambda: "squ" + "_" + hexa(40),
    "Square": lambda: "sq0" + "csp-" + some(43),
    "Stripe": lambda: "sk_" + "live_" + some(24),
    "Stripe webhook": lambda: "whsec" + "_" + some(32),
    "Supabase": lambda: "sbp" + "_" + hexa(40),
    "Tailscale": lambda: "tskey" + "-api-" + some(16) + "-" + some(32),
    "Tavily": lambda: "tvly" + "-" + some(32),
    "Telegram": lambda: "123456789" + ":AA" + some(33),
    "Terraform": lambda: some(14) + "." + "atlasv1" + "." + some(67),
    "Together": lambda: "tgp" + "_v1_" + some(43),
    "Twilio": lambda: "SK" + hexa(32),
    "Typeform": lambda: "tfp" + "_" + some(59),
    "Vault": lambda: "hvs" + "." + some(95),
    "xAI": lambda: "xai" + "-" + some(80),
    # known by their context alone
    "Datadog": lambda: "DD_API_KEY=" + hexa(32),
    "Mailchimp": lambda: "MAILCHIMP_KEY=" + hexa(32) + "-us12",
    "Snyk": lambda: "SNYK_TOKEN=" + uuid(),
    "Azure storage": lambda: "AccountKey=" + some(86) + "==",
    "AWS secret": lambda: "aws_secret_access_key = " + some(40, LETTERS + "/+"),
    "Cookie": lambda: "Cookie: session=" + some(40),
}
"""By maker: a token as it is met."""

CONTEXTS: Mapping[str, Callable[[str], str]] = {
    "prose": lambda token: f"the platform said {token}, and went on.",
    "JSON in JSON": lambda token: json.dumps({"frame": json.dumps({"said": f"see\n{token}"})}),
    "HTML": lambda token: f"<td>a</td><td>{token}</td>",
    "URL": lambda token: f"GET https://example.com/cb?state=x&to={quote(token, safe='')}&x=1 HTTP/1.1",
    "log": lambda token: f"2026-11-30 12:00:01,123 ERROR app.client rejected '{token}'\n",
}
"""By name: a text in which a token stands."""


def token_of(maker: str) -> str:
    """A token of this maker, the same one each time."""
    _RANDOM.seed(maker)
    return MAKERS[maker]()


def core_of(token: str) -> str:
    """The part of a token that must be gone: what follows its prefix or its name."""
    return token.split("=", 1)[-1].strip()[-16:].rstrip("=")
