"""What programs print about themselves: stack traces of the usual languages, exceptions by class, files of a server.

Each expression asks for the structure that a runtime prints, never for a word alone: people write about errors too.
"""

import re

_SOURCE = (
    r"(?:py|pyx|rb|php|js|mjs|cjs|ts|tsx|jsx|go|rs|java|kt|scala|cs|fs|vb|ex|exs|c|cc|cpp|h|swift|pl|pm|lua|clj|groovy)"
)
"""Endings of files of source code."""

PYTHON = (
    r"Traceback \(most recent call last\)",
    r"\bFile (?:\\*[\"'][^\"'\n]+[\"']|<[\w ]+>|\S+\.\w+), line \d+",
    r"During handling of the above exception, another exception occurred",
)
JVM = (
    r"\bat (?:[\w$]+[./])+[\w$<>]+\((?:[\w$]+\.(?:java|kt|scala|groovy|clj)(?::\d+)?|Native Method|Unknown Source)\)",
    r"Exception in thread \W{0,2}[\w.-]+",
    r"(?m)^[ \t]*\.\.\. \d+ (?:common frames omitted|more)\s*$",
)
JAVASCRIPT = (
    r"\bat (?:[\w$.<>\[\] ]{1,120} )?\(?(?:file://|node:|webpack|https?://|[A-Za-z]:\\|\.{0,2}/)[^\s()]*:\d+:\d+\)?",
    r"\bat [\w$.<>\[\] ]{1,120} \([\w./@-]+\.[cm]?[jt]sx?:\d+:\d+\)|\bat <anonymous>(?::\d+)?",
    r"(?m)^[ \t]*[\w$./<]*@(?:https?|file|webpack)[^\s]*:\d+:\d+\s*$",
    r"(?i)\bunhandled (?:promise )?rejection\b|\bUnhandledPromiseRejection",
)
GO = (
    r"\bgoroutine \d+ \[[\w ,]+\]|\bruntime\.gopanic\b|\[signal SIG[A-Z]+:",
    r"\bpanic: (?:runtime error|assignment to entry|interface conversion|send on closed|close of)",
    r"\bpanic: (?:\*?\w+\.\w+|[\w.]*Error)",
    r"\.go:\d+ \+0x[0-9a-f]+|(?m:^[\w./*()-]+\(0x[0-9a-f]+)|(?m:^main\.[\w.()*]+\()",
)
RUBY = (
    r"\.rb:\d+:in [`'\"]",
    r"\bundefined (?:local variable or )?method [`'\"][\w?!=]+['\"] for\b",
)
DOTNET = (
    r"\bat [\w.`<>\[\]]+\([^)\n]*\) in [^\n]+:line \d+",
    r"(?m)^[ \t]*at (?:[A-Z]\w+\.)+[\w`<>\[\].]+\([^)\n]*\)\s*$",
    r"---> [\w.]+Exception|End of (?:inner exception )?stack trace|Unhandled exception\. [A-Z]",
)
PHP = (
    r"#\d+ (?:/|[A-Za-z]:\\)[^\s(]+\.php\(\d+\)|#\d+ \{main\}|\.php on line \d+|\.php:\d+\b",
    r"PHP (?:Fatal error|Warning|Notice|Parse error|Deprecated)\b|\bUncaught \w*(?:Error|Exception)\b",
    r"(?i)\bstack ?trace:\s*(?:#0|\n|at\b)",
)
RUST_AND_OTHERS = (
    r"thread '[^']*' (?:\(\d+\) )?panicked at|\brust_begin_unwind\b|note: run with `RUST_BACKTRACE",
    r"(?i:\bstack backtrace:)|\b(?:std|core)::(?:panicking|result|option)::",
    r"\*\* \([A-Z][\w.]*(?:Error|Exit)\)|\([a-z_]+ \d+\.\d+[\w.-]*\) lib/[\w/]+\.ex:\d+",  # Elixir
    r"#\d+\s+0x[0-9a-f]{6,}\s+in\b|\bSegmentation fault \(core dumped\)|\bAddressSanitizer:",  # C and C++
    r"\bat /\S+ line \d+\.",  # Perl
    rf"(?<![\w/.~-])(?:[\w.~-]*/)+[\w.-]+\.{_SOURCE}(?::\d+|\(\d+[,)]|, line \d+)",  # any: a file and a line
    rf"[A-Za-z]:\\(?:[^\\\s\"']{{1,80}}\\){{0,12}}[\w.-]{{1,80}}\.{_SOURCE}\b",
)

EXCEPTIONS = (
    # asyncpg.exceptions.SomeError, ActiveRecord::RecordNotFound
    r"(?<![\w.])(?:[a-z_]\w*\.)+(?:[A-Z]\w*\.)*[A-Z]\w*(?:Error|Exception|Fault|Violation)\b",
    r"\b(?:System|Microsoft|Npgsql|MySql)(?:\.\w+)*\.\w*Exception\b",
    r"\b[A-Z]\w*::[A-Z]\w*(?:Error|Exception|Invalid|NotFound|NotUnique|Violation|Failed)\b",
    r"(?:^|[\s\"'(=:])(?:[A-Z][a-z0-9]+|[A-Z]+(?=[A-Z]))+(?:Error|Exception)(?:: |\((?:['\"]|code=|\d+,))",
    r"Cannot read propert(?:y|ies) of (?:undefined|null)",
    r"<[\w. ]{1,120} at 0x[0-9a-f]{4,}>",
    r"'(?:NoneType|dict|list|str|int)' object (?:has no attribute|is not)",
)

PATHS = (
    r"(?<![\w/.:*-])/(?:root|var|usr|opt|srv|proc|sys)/[\w.@+-]+(?:/[\w.@+-]+)*",
    r"(?<![\w/.:*-])/etc/[\w.-]+(?:/[\w.-]+)*",
    r"(?<![\w/.:*-])/(?:run|dev)/(?:secrets|shm|docker|postgresql)\b[\w./-]*",
    r"(?<![\w/.:*-])/(?:home|Users|app|code|data|mnt|tmp|private|workspaces?|builds?|go/src)/"
    r"(?:[\w.@+-]+/)*[\w.@+-]*\.\w{1,5}\b(?!/)",
    r"(?<![\w/.:*-])/(?:home|Users|app|mnt|tmp|private|workspace|builds)/(?:[\w.@+-]+/){2,}[\w.@+-]+",
    r"\b[A-Za-z]:\\(?:Users|inetpub|Windows|Program Files|ProgramData|app|src|web|build|agent|temp)\b[\\\w. -]*",
    r"\bfile:///[\w./-]+",
    r"(?<!\w)(?:site-packages|node_modules|dist-packages|\.venv|vendor/bundle|target/(?:debug|release))/",
    r"(?<!\w)(?:\.m2/repository/|\.aws/credentials|\.ssh/id_\w+|\.kube/config|\.git/config)",
)

_PORTS = r"(?:5432|6379|3306|9000|8123|27017|5672|9092|2181|2379|11211)"
"""Of stores and queues; nobody opens them in a browser."""

ADDRESSES = (
    r"\b(?:10\.\d{1,3}|192\.168|172\.(?:1[6-9]|2\d|3[01]))\.\d{1,3}\.\d{1,3}:\d{2,5}\b",
    rf"(?:\b127\.0\.0\.1|\blocalhost|\b0\.0\.0\.0|\[::1?\]):{_PORTS}\b",
    rf"\b(?:postgres|redis|valkey|clickhouse|mysql|mongo|kafka|rabbitmq|db)(?:-[\w-]+)?:{_PORTS}\b",
    r"(?<![\w.-])[\w-]+(?:\.[\w-]+)+\.(?:svc|internal|intra|corp|lan|localdomain)(?:\.cluster\.local)?(?::\d{2,5})?\b",
    r"(?<![\w.-])[\w-]+\.(?:svc|internal|intra|corp|lan|localdomain)(?:\.cluster\.local|:\d{2,5})\b",
)

STACK_TRACES = (*PYTHON, *JVM, *JAVASCRIPT, *GO, *RUBY, *DOTNET, *PHP, *RUST_AND_OTHERS)
RULES: dict[str, tuple[re.Pattern[str], ...]] = {
    "a stack trace": tuple(map(re.compile, STACK_TRACES)),
    "an exception of the code": tuple(map(re.compile, EXCEPTIONS)),
    "a file of the server": tuple(map(re.compile, PATHS)),
    "an address inside": tuple(map(re.compile, ADDRESSES)),
}
"""What no user must read, by kind."""
