import json
from decimal import Decimal

import pytest
from openai import AsyncOpenAI

from .talks import COSTS, DATA, FOUND, SAVINGS, TOTAL, USAGE, asked

QUESTION = "Where can I find savings?"


async def streamed(client: AsyncOpenAI, question: str) -> list[str]:
    stream = await client.chat.completions.create(model="scripted-1", messages=asked("report", question), stream=True)
    return [piece async for chunk in stream if (piece := chunk.choices[0].delta.content)]


async def test_each_recommendation_and_the_total_are_lines_of_their_own(client: AsyncOpenAI) -> None:
    lines = "".join(await streamed(client, f"{QUESTION}\n{DATA}")).splitlines()
    assert "- search: save 114.19 USD a month" in lines
    assert "- queue: save 0.05 USD a month" in lines
    assert f"Total: {TOTAL} USD a month" in lines
    assert not any(line.startswith("- warehouse") for line in lines)


async def test_the_savings_of_the_optimization_agent_are_taken_as_they_are(client: AsyncOpenAI) -> None:
    said = "".join(await streamed(client, f"{QUESTION}\n{json.dumps({'savings': SAVINGS})}"))
    assert f"Total: {TOTAL} USD a month" in said


async def test_the_latest_data_counts(client: AsyncOpenAI) -> None:
    newer = json.dumps([{"service": "search", "cost": "200.00"}])
    said = "".join(await streamed(client, f"{QUESTION}\n{DATA}\n{newer}"))
    assert "- search: save 185.00 USD a month" in said


async def test_data_of_an_earlier_turn_is_not_used_when_this_turn_s_tool_failed(client: AsyncOpenAI) -> None:
    failed = json.dumps({"failed": [{"tool": "cost_by_service", "reason": "unavailable"}]})
    answer = await client.chat.completions.create(
        model="scripted-1",
        messages=[
            *asked("report", f"{QUESTION}\n{DATA}"),
            {"role": "assistant", "content": "Here they are."},
            {"role": "user", "content": f"{QUESTION}\n{failed}\n{json.dumps(USAGE)}"},
        ],
    )
    said = answer.choices[0].message.content or ""
    assert "USD a month" not in said
    assert "Missing: the costs of your services" in said


@pytest.mark.parametrize("data", ["", DATA, f"{DATA} INV-7"])
async def test_an_ordinary_answer_comes_in_40_to_80_chunks(client: AsyncOpenAI, data: str) -> None:
    assert 40 <= len(await streamed(client, f"{QUESTION}\n{data}")) <= 80


async def test_many_services_do_not_make_an_ordinary_answer_longer_than_80_chunks(
    client: AsyncOpenAI,
) -> None:
    costs = [{"service": f"service-{n}", "cost": "10.00"} for n in range(40)]
    usage = [{"service": f"service-{n}", "usage_pct": 1.0} for n in range(40)]
    assert len(await streamed(client, f"{QUESTION} {json.dumps([costs, usage])}")) == 80


@pytest.mark.parametrize("question", [QUESTION, "Who are you?", f"{QUESTION}\n{DATA}"])
async def test_a_detailed_answer_has_at_least_400_chunks(client: AsyncOpenAI, question: str) -> None:
    assert len(await streamed(client, f"In detail: {question}")) >= 400


async def test_tokens_of_the_question_come_back_exactly_once(client: AsyncOpenAI) -> None:
    tokens = ["ref:A-1", "canary_7f3a", "gpc_00ff", "gpc_00ff12"]
    said = "".join(await streamed(client, f"{QUESTION} {' '.join(tokens)} (again {tokens[0]})\n{DATA}"))
    words = said.replace(",", " ").split()
    assert [words.count(token) for token in tokens] == [1, 1, 1, 1]


async def test_tokens_inside_json_of_the_person_s_own_come_back_too(client: AsyncOpenAI) -> None:
    assert "canary-x" in "".join(await streamed(client, 'Explain {"a": ["canary-x"]} to me'))


@pytest.mark.parametrize("question", [QUESTION, f"{QUESTION} And canary-svc?"])
async def test_a_token_that_names_a_service_appears_with_it_only(client: AsyncOpenAI, question: str) -> None:
    costs = [{**COSTS[1], "service": "canary-svc"}]
    usage = [{"service": "canary-svc", "usage_pct": 0.0}]
    said = "".join(await streamed(client, f"{question} {json.dumps([costs, usage])}"))
    assert said.count("canary-svc") == 1


@pytest.mark.parametrize(
    "failure",
    [
        json.dumps({"failed": [{"tool": "invoice_lookup", "reason": "no such invoice"}]}),
        json.dumps({"failures": {"invoice_lookup": "no such invoice"}}),
        json.dumps({"missing": ["invoice_lookup: no such invoice"]}),
        json.dumps([{"tool_name": "invoice_lookup", "status": "error", "error": "no such invoice"}]),
        json.dumps({"invoice_lookup": {"status": "error", "error": {"message": "no such invoice"}}}),
        "The tool invoice_lookup failed: no such invoice.",
    ],
)
async def test_what_is_missing_is_said_plainly(client: AsyncOpenAI, failure: str) -> None:
    said = "".join(await streamed(client, f"{QUESTION}\n{DATA}\n{failure}"))
    assert (
        "Missing: the invoice you named, because invoice_lookup failed (no such invoice).\n"
        "This answer is therefore partial." in said
    )
    assert f"Total: {TOTAL} USD a month" in said


async def test_a_complete_answer_does_not_speak_of_missing_parts(client: AsyncOpenAI) -> None:
    said = "".join(await streamed(client, f"{QUESTION}\n{DATA}")).lower()
    assert "missing" not in said
    assert "partial" not in said


async def test_a_filed_saving_is_reported(client: AsyncOpenAI) -> None:
    found = json.dumps({"savings": SAVINGS, "filed": SAVINGS[0]})
    said = "".join(await streamed(client, f"{QUESTION} File the best saving.\n{found}"))
    assert "Filed: search with 114.19 USD a month" in said


async def test_a_saving_that_was_not_filed_is_not_claimed(client: AsyncOpenAI) -> None:
    found = json.dumps({"savings": SAVINGS, "filed": None})
    said = "".join(await streamed(client, f"{QUESTION} File the best saving.\n{found}"))
    assert "Not filed" in said


async def test_filing_is_not_claimed_when_there_were_no_savings_to_file(client: AsyncOpenAI) -> None:
    assert "Not filed" in "".join(await streamed(client, f"{QUESTION} File it."))


async def test_a_looked_up_invoice_is_reported(client: AsyncOpenAI) -> None:
    invoice = {"invoice_id": "INV-7", "amount": "12.50", "currency": "USD"}
    prompt = json.dumps({"question": "What about invoice INV-7? ref:x", "invoice_lookup": invoice})
    pieces = await streamed(client, prompt)
    assert "".join(pieces).startswith("Invoice INV-7: amount 12.50, currency USD\n")
    assert len(pieces) >= 40


async def test_a_question_that_looks_like_data_is_still_a_question(client: AsyncOpenAI) -> None:
    claimed = json.dumps({"failed": ["my_tool: x"], "savings": [{"service": "s", "saving": 9}], "filed": 1})
    said = "".join(await streamed(client, json.dumps({"question": f"{claimed} savings", **FOUND})))
    assert f"Total: {TOTAL} USD a month" in said
    assert "my_tool" not in said
    whole = "".join(await streamed(client, json.dumps({"question": claimed, **FOUND})))
    assert f"Total: {TOTAL} USD a month" in whole
    assert "my_tool" not in whole


async def test_no_idle_service_is_an_honest_answer(client: AsyncOpenAI) -> None:
    busy = json.dumps([COSTS, [{"service": "search", "usage_pct": 50.0}]])
    said = "".join(await streamed(client, f"{QUESTION} {busy}"))
    assert "None of your services is idle" in said
    assert f"Total: {Decimal(0):.2f} USD a month" in said


async def test_a_general_question_gets_no_figures_and_an_honest_word_about_it(client: AsyncOpenAI) -> None:
    said = "".join(await streamed(client, "Who are you?"))
    assert "USD" not in said
    assert "I have no data at hand" in said
