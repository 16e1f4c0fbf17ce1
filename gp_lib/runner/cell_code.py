"""The code of a notebook's cell as Python sees it, also where it holds IPython's own spellings."""

import ast
import re
import warnings

from gp_lib.errors import ParameterError

_AROUND_PYTHON = re.compile(r"\s*%%(?:time|capture)\b[^\n]*\n")
"""Cell magics whose cell is run as Python where it stands."""


def parsed(scenario: str, role: str, source: str) -> ast.Module:
    """The syntax tree of a cell.

    Lines such as ``%load_ext …``, ``!pip …`` or ``name?`` become the calls that IPython makes of them; it is imported
    only for a cell that is not Python without it.

    Raises:
        ParameterError: it is not Python, in IPython's spelling either.
    """
    try:
        return _tree(source)
    except SyntaxError:
        pass
    except (ValueError, MemoryError, RecursionError) as error:
        raise ParameterError(scenario, f"its {role} cell cannot be read as Python ({error})") from None
    try:
        return _tree(_as_python(source))
    except SyntaxError as error:
        where = f"{f'line {error.lineno} of ' if error.lineno else ''}its {role} cell is not Python: {error.msg}"
        raise ParameterError(scenario, where) from None


def _tree(source: str) -> ast.Module:
    with warnings.catch_warnings(action="ignore"):  # its kernel will say what Python thinks of its escapes
        tree = compile(source, "cell", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    assert isinstance(tree, ast.Module)
    return tree


def _as_python(source: str) -> str:
    """The cell as IPython hands it to Python; its first line stays a line where that was a magic around the rest."""
    from IPython.core.inputtransformer2 import TransformerManager

    inner = _AROUND_PYTHON.sub("\n", source, count=1) if _AROUND_PYTHON.match(source) else source
    return str(TransformerManager().transform_cell(inner))  # type: ignore[no-untyped-call]
