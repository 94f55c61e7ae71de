"""Mermaid as a table. A picture would need a library that draws it in the browser; a table can also be listened to.

Understood is what the documents use: `flowchart` with labelled arrows, `stateDiagram-v2`. Anything else is None,
and is shown as it is written.
"""

import re
from dataclasses import dataclass

_HEAD = re.compile(r"(flowchart \w+|stateDiagram-v2)")
_NOTHING_TO_SAY = re.compile(r"(end|direction \w+|subgraph .*)?")
_NODE = re.compile(r"(?P<id>\w+|\[\*\])(?:\[\(?(?P<name>[^\[\]]+?)\)?\])?")
_FLOW = re.compile(r"(?P<start>\S.*?) -- (?P<label>.+?) --> (?P<end>\S.*)|(?P<from>\S.*?) --> (?P<to>\S.*)")
_STATE = re.compile(r"(?P<start>\S+) --> (?P<end>[^\s:]+)(?:: (?P<label>.+))?")


@dataclass(frozen=True, slots=True)
class Arrow:
    """One arrow of a diagram, in words."""

    start: str
    end: str
    label: str


def arrows(source: str) -> list[Arrow] | None:
    """The arrows of a diagram, in the order written; None where a line is not understood."""
    head, *lines = [line.strip() for line in source.strip().splitlines()] or [""]
    if _HEAD.fullmatch(head) is None:
        return None
    names: dict[str, str] = {}
    drawn = []
    for line in lines:
        if _NOTHING_TO_SAY.fullmatch(line):
            continue
        arrow = _state_arrow(line) if head.startswith("state") else _flow_arrow(line, names)
        if arrow is None:
            return None
        drawn.append(arrow)
    return [Arrow(names.get(one.start, one.start), names.get(one.end, one.end), one.label) for one in drawn]


def _state_arrow(line: str) -> Arrow | None:
    match = _STATE.fullmatch(line)
    if match is None:
        return None
    start = "(begins)" if match["start"] == "[*]" else match["start"]
    end = "(is over)" if match["end"] == "[*]" else match["end"]
    return Arrow(start, end, match["label"] or "")


def _flow_arrow(line: str, names: dict[str, str]) -> Arrow | None:
    """One arrow; what a node is called is noted in `names`, wherever in the diagram that is said."""
    match = _FLOW.fullmatch(line)
    if match is None:
        return None
    start = _NODE.fullmatch(match["start"] or match["from"])
    end = _NODE.fullmatch(match["end"] or match["to"])
    if start is None or end is None:
        return None
    for node in (start, end):
        if node["name"]:
            names[node["id"]] = node["name"]
    return Arrow(start["id"], end["id"], match["label"] or "")
