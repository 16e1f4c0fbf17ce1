"""An OpenAI-compatible model that follows a script: deterministic, streaming, offline.

Run it as ``python -m gp_lib.reference_platform.scripted_model`` with ``GP_MODEL_PORT`` and ``GP_MODEL_KEY``
(and, if wanted, ``GP_MODEL_HOST`` and ``GP_MODEL_TOKEN_DELAY_MS``). It answers ``GET /healthz``,
``GET /v1/models`` and ``POST /v1/chat/completions``. The same request always gets the same answer, ids included.

It plays four agents, told apart by a system message that begins with "You are the … agent":

- *triage* says in one sentence whether a question is ``cost_optimization`` or ``general``;
- *data* calls ``cost_by_service`` and ``utilization_by_service`` in parallel (``invoice_lookup`` too when the question
  names an invoice, and any offered tool that the question spells out), then sums up what came and what failed;
- *optimization* computes the savings, calls ``file_saving`` when the question asks to file it, and answers with JSON;
- *report* writes the answer for the person, with one line ``- <service>: save <amount> USD a month`` for each
  recommendation and one line ``Total: <amount> USD a month``. Tokens of the question like ``ref:…``, ``canary…`` and
  ``gpc_…`` come back once; "in detail" makes the answer at least 400 chunks long.

Any other conversation gets a short, helpful answer. The rule for savings stands in ``savings``.

Some questions make it misbehave the way real models do. These words may stand anywhere in the last question:

- ``(model: silent)`` accepts the request and never answers, until the client disconnects;
- ``(model: error 500)`` answers with a server error;
- ``(model: rate limited)`` answers 429 with ``retry-after: 1``;
- ``(model: cut)`` breaks the connection after half of the answer;
- ``(model: bad tool)`` calls a tool with arguments that are no JSON (once in a turn, and only if tools are offered).

Each may name one agent, such as ``(model: cut at report)``; the other agents then behave.
A request header ``X-Scripted-Token-Delay-Ms`` sets the pause between chunks of that one answer.
"""
