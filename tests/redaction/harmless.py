"""Sentences, frames and log lines that hold no secret, however much they speak of some."""

SENTENCES = tuple(
    line
    for line in r"""
region APACNortheast1 grew
AKCELERATOR1234
trace 4bf92f3577b34da6a3ce929d0e0e4736-us1 is slow
AC0123456789abcdef0123456789abcdef
bearer authentication-required
Bearer ABCDEFGHIJKLMNOP
{"token_type": "bearer", "expires_in": 3600}
{"password": "<your-password>"}
"max_tokens": "unlimited"
http://localhost:8123/@scope/pkg:1
see https://docs.example.com:443/x@y
eyJ is how a token begins
gpc-0123456789abcdef0123456789abcdef
key_secret_access policy
SG.A.B
run-a:AAEtask 12345678:AAE_of_the_day_is_fine_and_long_enough_x
the password was wrong; the token has expired; a secret of success
password = settings.password
api_key=None, token: str, Bearer token
password: str = Field(min_length=8)
def connect(user: str, password: str, *, token: str | None = None) -> None:
connect(host=host, user=user, password=password)
client = Client(api_key=os.environ["OPENAI_API_KEY"])
api_key = os.getenv("ANTHROPIC_API_KEY")
secret = secrets.token_hex(20)
token = jwt.encode(claims, key, algorithm="HS256")
self.password = self._credentials.password_of(user)
assert response.json()["access_token"]
if not token: raise NotAllowed("no token")
Please enter your password:
Password: required
password: must have at least 8 characters
Your password has expired. Choose a new one with 12 or more characters.
The secret: patience.
Secret key rotation is due on 2026-12-01
The API key is missing
Missing X-Api-Key header
401 Unauthorized: invalid token
403 Forbidden: the access token has been revoked
WWW-Authenticate: Bearer realm="example", error="invalid_token"
WWW-Authenticate: Basic realm="users"
Authorization: Bearer <token>
Authorization: Bearer ${TOKEN}
Authorization: Basic <base64 of user:password>
curl -H "Authorization: Bearer $TOKEN" https://api.example.com/v1/runs
export OPENAI_API_KEY=<your key>
export DB_PASSWORD="${DB_PASSWORD}"
PGPASSWORD=$POSTGRES_PASSWORD psql -h db
--password PASSWORD   the password to use
--token TOKEN         the token, or set GPATH_TOKEN
use --password or --token, but not both
--api-key-file /run/secrets/openai
password_file: /run/secrets/db_password
PWD=/home/amy/projects/chat
OLDPWD=/home/amy
SSH_AUTH_SOCK=/tmp/ssh-agent.sock
KEY=value
PRIMARY KEY (tenant_id, run_id)
FOREIGN KEY (thread_id) REFERENCES threads(id)
ERROR: duplicate key value violates unique constraint "runs_pkey"
DETAIL: Key (run_id)=(run-0a1b2c3d4e5f) already exists.
partition key: tenant_id
cache key: savings:0a1b2c3d4e5f6a7b
sort key user_id, day
key=0
monkey=12345678 turkey: 87654321
tokens=1234 prompt_tokens=1000 completion_tokens=234
{"usage": {"prompt_tokens": 1200, "completion_tokens": 345, "total_tokens": 1545}}
{"usage": {"cached_tokens": 100000, "reasoning_tokens": 20000}}
next_token: page-2-of-10
nextPageToken=CAUQAA
continuation_token: 2026-11-30T12:00:00Z
{"token": " the", "logprob": -0.12}
{"token": "GPT-4o", "index": 3}
stop_token=</s> pad_token=<pad>
max_tokens: 4096
the bearer of good news was late
Basic support is included in every plan.
basic authentication is enough here
Cookie: theme=dark; lang=en
cookies are set by the browser
Set-Cookie: lang=en; Path=/; HttpOnly
session: 12 minutes
session id is unknown
Session expired after 30 minutes
commit 8c9f9145e63b0a1b2c3d4e5f6a7b8c9d0e1f2a3b
sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
image chat@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef
md5 d41d8cd98f00b204e9800998ecf8427e
user customer3-726e7544bf51 asked in thread-4a5b6c7d8e9f
run_id=550e8400-e29b-41d4-a716-446655440000
{"event_id": "183fa708-9364-468b-a0a7-62633e1161ea", "seq": 12}
{"connection_id": "7f07942c-7b54-40cd-9efe-090af258aafc", "protocol": "golden-path/1"}
gateway-4c69598f7546 started at 2026-11-27T15:25:53.374414Z
PostgreSQL 18.6 on x86_64-pc-linux-gnu, compiled by gcc 13.2.0
postgres://127.0.0.1:5432/db
postgresql://app@db:5432/chat
postgresql://app:<password>@db/chat
postgresql://app:***@db:5432/chat
postgresql://app:${PASSWORD}@db/chat
redis://cache:6379/0
amqp://queue/%2f
http://u@h/
https://example.com/a?b=c#d
https://example.com/search?q=secret+garden&page=2
https://example.com/reset?step=password
https://example.com/?key=value&sort=asc
https://example.com/login?next=/account/api-keys
https://github.com/org/repo/blob/main/secrets.py#L12-L40
https://example.com/@amy/posts/12:30
https://user.example.com:8443/path@2x.png
ftp://mirror.example.org/pub/key.asc
mailto:security@example.com
git@github.com:org/repo.git
ssh://git@example.com:2222/org/repo.git
meeting at 12:30@office
arn:aws:iam::123456789012:role/reader
arn:aws:secretsmanager:eu-west-1:123456789012:secret:db
projects/chat/secrets/db-password/versions/latest
s3://bucket/key/of/object.json
kubectl get secret db-credentials -o yaml
secretName: db-credentials
secretKeyRef: {name: db, key: password}
valueFrom: {secretKeyRef: {name: openai, key: api-key}}
envFrom: secretRef
type: kubernetes.io/basic-auth
docker secret create db_password ./password.txt
Vault is sealed
vault kv get secret/chat
gh auth token
gpg: key 0x12345678 is not certified
ssh-rsa is deprecated
ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExamplePublicKeyOnly0000000000000000000000 amy@laptop
-----BEGIN CERTIFICATE-----
-----BEGIN PUBLIC KEY-----
the private key is kept in the HSM
public key: rsa
encryption key length: 256
password_encryption = scram-sha-256
password hash: argon2id
passwordless login is on
compass: north
bypass=true
passing=12 failing=0
pass: 12, fail: 0, unknown: 1
verdict=pass requirement=every event is delivered
<Ruling.PASS: 'pass'>
Check(name='no_secret_in_any_frame', verdict=<Ruling.PASS: 'pass'>)
tests: PASS=12 FAIL=0
PASSED=12
pwd; ls -la
credential helper is not configured
credentials: include
{"credentials": "same-origin"}
auth=none
authority=https://login.example.com
author: amy
authorized_keys
Authorization required
authorization: denied
{"authorization": "required"}
{"secret": true}
{"password": null}
{"api_key": ""}
{"api_key": "********"}
{"api_key": "sk-..."}
{"api_key": "[redacted]"}
{"access_token": "expired"}
{"errors": {"password": ["is too short"], "token": ["is invalid"]}}
{"password": "required"}
{"loc": ["body", "password"], "msg": "Field required", "type": "missing"}
input type="password" autocomplete="off"
<input name="password" type="password" placeholder="Password">
<label for="api-key">API key</label>
<password>required</password>
sk-learn is not scikit-learn
task-force-of-the-year-and-all-its-many-members
risk-averse-strategies-for-the-next-quarter
desk-and-chair-and-everything-else-in-the-room
pa-system installed in the conference room
hf_hub is a folder; r8_lang a package; re_compile a function
npm_config_registry npm_lifecycle_event npm_package_version
xoxo, amy
AKIA is a prefix
ghp_ and gho_ are prefixes of GitHub
glpat- begins a token of GitLab
AIza begins a key of Google
SKU-12345678 SKU 0a1b2c3d
SKIPPED [12] tests/test_x.py
dapifier and dapi are words
EAA members and EEA members
APIs of the EAAB0123
dp.prompt dp.path
sl.example.com
live_sk_test
secret_santa_list_for_the_whole_department_2026
v1.0-rc1
1//0 is no number
Datadog, Snowflake and OpenAI are services that cost 1,234.56 a day
We compared Datadog (12.5 %), Cloudflare and Mailchimp.
discord and slack were quiet
twitter: 280 characters
zoom=12 linear gradient(0.5)
facebook ads cost 12,345.67 in 2026-11
heroku: deploys 12 times a day
sentry: 4 issues
curl: (7) Failed to connect to db port 5432
curl -sS https://example.com/install.sh
aGVsbG8gd29ybGQsIHRoaXMgaXMgbm8gc2VjcmV0IGF0IGFsbA==
data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk
%7B%22password%22%3A%22%3Cyour-password%3E%22%7D
SELECT * FROM users WHERE token IS NOT NULL
ALTER ROLE app PASSWORD NULL
CREATE USER app IDENTIFIED BY PASSWORD
requirepass ""
# requirepass foobared is the default of an example
masterauth <password>
Select a region from those where prices are low.
You can delete from your account whatever is idle.
Your savings: 1,234.56 a month, if you switch off service-041d4438b894.
the quick brown fox jumps over the lazy dog
Ünïcödé ïs fïne, 日本語 too, and so is 🔑
""".splitlines()
    if line.strip()
)
