"""Promises about the database's pace, judged by what the platform really sent to it, as heard on the wire."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from gp_lib.checks.lag import percentile, unless_late, unless_starved
from gp_lib.checks.promise import Finding, promise
from gp_lib.history import History, Operation, Reading

EXCHANGES = "exchanges"
UNHEARD = "unheard"
READS_PAGE = "reads a page"
READS_IN_BULK = "reads in bulk"
POSTGRES = "postgres"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of the platform and its answer. ``where`` is the reading that has it; times are the history's."""

    where: int
    connection: int
    asked_s: float
    took_ms: float
    begins: bool
    ends: bool
    user: str | None

    @property
    def answered_s(self) -> float:
        """When its answer was complete."""
        return self.asked_s + self.took_ms / 1000


def statements(history: History) -> Iterator[Statement]:
    """Every statement that was heard on PostgreSQL's wire."""
    for where, reading in history.indexed(Reading):
        if (reading.store, reading.question) == (POSTGRES, EXCHANGES):
            for one in reading.answer:
                yield Statement(
                    where,
                    one["connection"],
                    one["asked_s"],
                    one["took_ms"],
                    one["begins"],
                    one["ends"],
                    one.get("user"),
                )


def transactions(history: History) -> list[list[Statement]]:
    """Statements from the one that begins a transaction to the one that ends it, on one connection."""
    done: list[list[Statement]] = []
    begun: dict[int, list[Statement]] = {}
    for statement in sorted(statements(history), key=lambda one: one.asked_s):
        if statement.begins:
            begun[statement.connection] = [statement]
        elif statement.connection in begun:
            begun[statement.connection].append(statement)
        if statement.ends and statement.connection in begun:
            done.append(begun.pop(statement.connection))
    return done


def unless_unheard(finding: Finding, history: History) -> Finding:
    """The same finding, but undecided when the listener on the wire could not keep all that it heard.

    What it missed may have been faster or slower, and the last statements of a transaction may be among it.
    """
    missed = [
        (index, int(reading.answer))
        for index, reading in history.indexed(Reading)
        if (reading.store, reading.question) == (POSTGRES, UNHEARD) and reading.answer
    ]
    for index, count in missed:
        finding.broken.clear()
        finding.doubt(f"the listener had no room for {count} statements more", index)
    return finding


@promise("a query takes less than {limit_ms} ms on average and at the 95th percentile")
def queries_within(history: History, *, limit_ms: float, max_lag_ms: float) -> Finding:
    """Every statement of the platform that neither begins nor ends a transaction, from request to answer."""
    heard = [(one.where, one.took_ms) for one in statements(history) if not one.begins and not one.ends]
    return _mean_and_tail(history, heard, what="queries", limit_ms=limit_ms, max_lag_ms=max_lag_ms)


@promise("a transaction takes less than {limit_ms} ms on average and at the 95th percentile")
def transactions_within(history: History, *, limit_ms: float, max_lag_ms: float) -> Finding:
    """Every transaction of the platform, from the request that begins it to the answer that ends it."""
    heard = [(one[0].where, (one[-1].answered_s - one[0].asked_s) * 1000) for one in transactions(history)]
    return _mean_and_tail(history, heard, what="transactions", limit_ms=limit_ms, max_lag_ms=max_lag_ms)


def _mean_and_tail(
    history: History, heard: list[tuple[int, float]], *, what: str, limit_ms: float, max_lag_ms: float
) -> Finding:
    """The larger of mean and 95th percentile is the figure; both are noted."""
    finding = Finding(f"no {what} were heard on the wire", seen=len(heard), unit="ms", limit=limit_ms)
    if not heard:
        return finding
    values = [took_ms for _, took_ms in heard]
    mean, tail = sum(values) / len(values), percentile(values, 95)
    finding.measured = max(mean, tail)
    finding.note = f"mean {mean:.1f} ms, p95 {tail:.1f} ms"
    if finding.measured >= limit_ms:
        slow = [(where, took_ms) for where, took_ms in heard if took_ms >= limit_ms]
        finding.break_(f"{len(slow)} of {len(heard)} {what} were too slow", *{where for where, _ in slow})
    return unless_unheard(unless_late(finding, history, max_lag_ms), history)


@promise("at least {at_least} connections are at work at once")
def connections_at_once(history: History, *, at_least: int) -> Finding:
    """The most transactions that were open at one moment, each on a connection of its own."""
    done = transactions(history)
    finding = Finding("no transaction was heard on the wire", seen=len(done), unit="connections", limit=at_least)
    if not done:
        return finding
    edges = [(one[0].asked_s, 1) for one in done] + [(one[-1].answered_s, -1) for one in done]
    most = now = 0
    for _, step in sorted(edges):
        now += step
        most = max(most, now)
    finding.measured = float(most)
    if most < at_least:
        finding.break_(f"only {most} connections were ever at work at once", *{one[0].where for one in done})
    return unless_starved(unless_unheard(finding, history), history, at_least=True)


@promise("at least {at_least} operations a second in bulk")
def bulk_rate(history: History, *, at_least: float, max_lag_ms: float) -> Finding:
    """How many statements of the platform the database answered in each second of reading in bulk."""
    finding = Finding("nobody read in bulk", unit="operations/s", limit=at_least)
    heard = list(statements(history))
    for index, bulk in history.indexed(Operation):
        if bulk.action != READS_IN_BULK:
            continue
        if bulk.outcome != "ok":
            finding.doubt("the reading in bulk did not come to its end", index)
            continue
        done = [one for one in heard if bulk.started_s <= one.asked_s and one.answered_s <= bulk.ended_s]
        finding.seen += len(done)
        finding.measured = len(done) / max(bulk.ended_s - bulk.started_s, 1e-6)
        if not done:
            finding.doubt("no statement was heard on the wire meanwhile", index)
        elif finding.measured < at_least:
            finding.break_(f"only {finding.measured:.0f} operations a second", index)
    return unless_unheard(unless_late(finding, history, max_lag_ms, at_least=True), history)


@promise("a page of a history that is {longer} times as long takes no more statements")
def statements_do_not_grow_with_history(history: History, *, longer: float) -> Finding:
    """Statements of the reader's own transactions while one page was read: the longest page against the shortest.

    It can only tell when the longest page really has ``longer`` times as many messages as the shortest.
    """
    finding = Finding("no page of a history was read", unit="statements more", limit=0.0)
    pages = [(index, page) for index, page in history.indexed(Operation) if page.action == READS_PAGE]
    counted = [(index, page, _during(history, page)) for index, page in pages if page.outcome == "ok"]
    finding.seen = sum(bool(count) for *_, count in counted)
    if not counted:
        return finding
    short, long = (best(counted, key=lambda one: int(one[1].detail["messages"])) for best in (min, max))
    lengths = [int(one[1].detail["messages"]) for one in (short, long)]
    if lengths[1] < longer * max(lengths[0], 1):
        finding.doubt(f"the pages have {lengths[0]} and {lengths[1]} messages", short[0], long[0])
        return finding
    if not short[2] or not long[2]:
        finding.doubt("no statement was heard while a page was read", short[0], long[0])
        return finding
    finding.measured = float(long[2] - short[2])
    finding.note = f"{short[2]} statements for {lengths[0]} messages, {long[2]} for {lengths[1]}"
    if long[2] > short[2]:
        finding.break_(f"{long[2] - short[2]} statements more", short[0], long[0])
    return unless_unheard(finding, history)


def _during(history: History, page: Operation) -> int:
    """How many statements ran in the reader's own transactions while the page was read."""
    count: dict[str | None, int] = defaultdict(int)
    for done in transactions(history):
        if page.started_s <= done[0].asked_s and done[-1].answered_s <= page.ended_s:
            count[done[0].user] += len(done)
    return count[str(page.detail["user_id"])]
