"""Questions with a gap, as they stand among a notebook's parameters."""

from gp_lib.errors import ParameterError


def fill(question: str, **gaps: str) -> str:
    """``question`` with each ``{name}`` replaced by what ``gaps`` gives for that name; other braces stay.

    Raises:
        ParameterError: one of the gaps is not in the question.
    """
    for name, words in gaps.items():
        if f"{{{name}}}" not in question:
            raise ParameterError(f"the question {question!r}", f"it needs the placeholder {{{name}}}")
        question = question.replace(f"{{{name}}}", words)
    return question
