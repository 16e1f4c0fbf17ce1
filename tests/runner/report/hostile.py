"""A scenario in which everything that the workbench does not write itself is hostile.

A real notebook: papermill executes it, its person asks the real platform, which repeats the words in its events.
"""

import json
from pathlib import Path
from typing import Any

NAME = "x1_hostile_words"
WORDS = {
    "script": "<script>window.pwned = 'script'</script>",
    "handler": "<img src=x onerror=\"window.pwned = 'handler'\"><svg onload=\"window.pwned = 'svg'\">",
    "frame": '<iframe srcdoc="<script>parent.pwned = 1</script>"></iframe><object data="data:text/html,x"></object>',
    "link": "<a href=\"javascript:window.pwned = 'link'\">a link</a> [a link](javascript:window.pwned='markdown')",
    "leave": "</td></table></pre></details></svg></style></title></script><h1>left</h1>",
    "style": "<style>* { display: none !important }</style><link rel=stylesheet href=https://evil.invalid/x.css>",
    "load": "<img src=https://evil.invalid/x.png> ![x](https://evil.invalid/y.png) <base href=https://evil.invalid>",
    "refresh": '<meta http-equiv="refresh" content="0;url=https://evil.invalid"><form action=//evil.invalid>',
    "template": "{{ 7 * 7 }} {% raw %} ${7*7}",
    "terminal": "\x1b[31mred\x1b[0m \x1b]8;;https://evil.invalid\x07x\x1b]8;;\x07 \x1b[2J\x9b31m \x07",
    "direction": "\u202eslaever\u2066 \u200f",
    "broken": "half \ud83d and nothing \x00 more \x85",
}
"""What is asked, by what it tries."""

TITLE = f"""# X1 Hostile {WORDS["leave"]}

**Question.** Is {WORDS["script"]} harmless?

{WORDS["handler"]} {WORDS["link"]} {WORDS["style"]} {WORDS["load"]}
"""
PARAMETERS = """target = "embedded"  # <script>window.pwned = 'comment'</script>
note = "<b onclick=alert(1)>"  # any text
"""
ARRANGE = f"""from gp_lib import charts, checks, scenario
from gp_lib.verdict import Check, Ruling, Verdict
from gp_lib.workload import together

run = await scenario.begin("{NAME}", target=target, effect="writes")
"""
ACT = """words = json.loads(WORDS)
async with run.acting(deadline_s=90.0) as history, run.people() as people:
    person = people.called("<i>ann</i>")[0]
    await person.connects()
    broken = words.pop("broken")  # the platform refuses it: its question stays in the history without an answer
    await together(person.asks(content) for content in words.values())
    await person.asks(broken, wait_s=1.0)
    words["broken"] = broken
"""
ASSERT = """everything = " ".join(words.values())
verdict = Verdict.of(
    checks.every_question_starts_a_run(history),
    Check(name=everything, verdict=Ruling.FAIL, requirement=everything, message=everything * 2 + "\\n" + everything,
          measured=1.0, limit=2.0, unit=everything, witnesses=tuple(range(len(history)))),
)
"""
CHARTS = """from IPython.display import HTML, Javascript, Markdown, display
import sys
for text in words.values():
    text = text.encode("utf-8", "replace").decode()  # a kernel cannot send half characters
    print(text), print(text, file=sys.stderr)
    display(HTML(text), Markdown(text), Javascript(text))
    for kind in ("text/vnd.mermaid", "image/svg+xml", "text/latex", "application/x-evil", "image/png"):
        display({kind: text}, raw=True)
display(HTML(f"<p style='position:fixed;inset:0;background:url(https://evil.invalid/z)'>{text}</p>"))
print("x" * 10_000_000)
display(HTML("<b>x</b>" * 1_000_000))
"""


def _cell(kind: str, source: str, tag: str = "") -> dict[str, Any]:
    code: dict[str, Any] = {"outputs": [], "execution_count": None} if kind == "code" else {}
    return {
        "cell_type": kind,
        "id": tag or "title",
        "metadata": {"tags": [tag] if tag else []},
        "source": source,
    } | code


def write_hostile_notebook(notebooks: Path) -> None:
    """Add the scenario to a project's ``notebooks``."""
    act = f"import json\n\nWORDS = {json.dumps(json.dumps(WORDS))}\n{ACT}"
    cells = [
        _cell("markdown", TITLE),
        _cell("code", PARAMETERS, "parameters"),
        _cell("code", ARRANGE, "arrange"),
        _cell("code", act, "act"),
        _cell("code", ASSERT, "assert"),
        _cell("code", CHARTS, "charts"),
        _cell("code", "run.finish(verdict)", "verdict"),
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    (notebooks / "p0" / f"{NAME}.ipynb").write_text(json.dumps(notebook))
