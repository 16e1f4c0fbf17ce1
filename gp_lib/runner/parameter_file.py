"""Parameters in a YAML file, taken as they are written: the notebook's defaults give types, not YAML.

YAML makes 45045 of 12:30:45, 1.1 of 1.10, and true of on. Here a value is the same as behind ``-p``.
"""

from pathlib import Path

import yaml
from yaml.composer import ComposerError
from yaml.events import AliasEvent
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from gp_lib.errors import ParameterError
from gp_lib.values import Given, Quoted

WRITTEN = ("tag:yaml.org,2002:str", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map")
"""The tags of what is written plainly; any other was asked for (``!!binary``)."""


class _Loader(yaml.BaseLoader):
    """Texts, lists and mappings only, and no aliases: they would let a small file stand for an endless one."""

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        if self.check_event(AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            raise ComposerError(None, None, "aliases are not supported here", event.start_mark)
        return super().compose_node(parent, index)


def read_overrides(path: Path) -> dict[str, Given]:
    """The parameters in a YAML file, one ``name: value`` a line, as texts like those of ``parse_overrides``.

    Raises:
        ParameterError: it cannot be read, is not a mapping of names, a name stands twice, or a value is not one that
            a parameter can have.
    """
    top = _composed(path)
    if not isinstance(top, MappingNode) or top.tag not in WRITTEN or not all(_is_name(name) for name, _ in top.value):
        raise ParameterError("-f", f"{path} is not a mapping of parameters, one `name: value` a line")
    found: dict[str, Given] = {}
    for name, value in top.value:
        if name.value in found:
            raise ParameterError("-f", f"{name.value} stands twice in {path}")
        found[name.value] = _given(value, f"{name.value} in {path}")
    return found


def _composed(path: Path) -> Node | None:
    try:
        return yaml.compose(path.read_bytes(), Loader=_Loader)
    except RecursionError:
        raise ParameterError("-f", f"{path} cannot be read: it is nested too deeply") from None
    except (OSError, UnicodeError, yaml.YAMLError) as error:
        raise ParameterError("-f", f"{path} cannot be read: {error}") from error


def _is_name(node: Node) -> bool:
    return isinstance(node, ScalarNode) and str(node.value).isidentifier()


def _given(node: Node, what: str) -> Given:
    if node.tag not in WRITTEN or isinstance(node, MappingNode):
        raise ParameterError("-f", f"{what} is not a number, text or list: put it in quotes")
    if isinstance(node, SequenceNode):
        return [_given(item, what) for item in node.value]
    assert isinstance(node, ScalarNode)
    if not node.value and not node.style:
        raise ParameterError("-f", f"{what} has no value: write '' for an empty text, or None")
    return Quoted(node.value) if node.style else str(node.value)
