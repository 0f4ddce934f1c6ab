"""A YAML file whose errors are explained: which line, what is wrong, what would be right."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, get_args

import yaml
from pydantic import BaseModel, ValidationError

from ..errors import CourseError
from .fields import FIELD_TYPES
from .findings import Finding, Loc, did_you_mean


class Problem(NamedTuple):
    """One thing for an author to mend."""

    file: Path
    line: int
    exercise: str | None
    what: str
    remedy: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}"
        if self.exercise:
            where += f", exercise '{self.exercise}'"
        return f"{where}: {self.what}. {self.remedy}"


class SpecError(CourseError):
    """Everything that is wrong with one ``exercises.yml``, all at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, problems)))


Shape = TypeVar("Shape", bound=BaseModel)


def load_checked(
    file: Path, shape: type[Shape], cross_check: Callable[[Shape], Iterable[Finding]]
) -> Shape:
    """Read YAML into ``shape``; raise :class:`SpecError` with every problem, each with its line."""
    source = Source(file)
    findings = [*source.repeated, *source.cut_off]
    loaded: Shape | None = None
    try:
        loaded = shape.model_validate(source.data)
    except ValidationError as e:
        findings += [in_words(error, shape) for error in e.errors()]
    else:
        findings += cross_check(loaded)
    if loaded is None or findings:
        raise SpecError([source.problem(f) for f in findings])
    return loaded


def _without_dates(loader: Any) -> Any:
    """Let a date stay the text that its author wrote."""
    loader.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
        for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    return loader


# libyaml's loader, where PyYAML has it, is many times faster; PyYAML's own says better what is
# wrong.
_PLAIN_LOADER = _without_dates(type("PlainLoader", (yaml.SafeLoader,), {}))
_FAST_LOADER = _without_dates(
    type("FastLoader", (getattr(yaml, "CSafeLoader", yaml.SafeLoader),), {})
)


class Source:
    """A YAML file as data, and as nodes, which know their lines."""

    def __init__(self, file: Path) -> None:
        self.file = file
        text = read_text(file, "Each module has one")
        self.node, self.repeated, self.data = _parse_yaml(file, text)
        self.cut_off = tuple(_cut_off(self.node, text.splitlines()))

    def problem(self, finding: Finding) -> Problem:
        """Say in which line and exercise a finding is."""
        loc, what, remedy = finding
        return Problem(self.file, _line(self.node, loc), self._exercise_id(loc), what, remedy)

    def _exercise_id(self, loc: Loc) -> str | None:
        if len(loc) < 2 or loc[0] != "exercises":
            return None
        data: Any = self.data
        try:
            return str(data["exercises"][loc[1]]["id"])
        except (LookupError, TypeError):
            return None


def read_text(file: Path, needed: str) -> str:
    """Read UTF-8 text; ``needed`` says why the file should be there."""
    line = 1
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        what, remedy = "there is no such file", needed
    except UnicodeDecodeError as e:
        line = e.object[: e.start].count(b"\n") + 1
        what, remedy = "the file is not UTF-8", "Save it as UTF-8 text"
    except OSError as e:
        what, remedy = f"the file can't be read: {e.strerror}", needed
    raise SpecError([Problem(file, line, None, what, remedy)])


_Parsed = tuple[yaml.Node | None, tuple[Finding, ...], object]


def _parse(text: str, loader_type: Any) -> _Parsed:
    """Return YAML as nodes, which know their lines, the keys that stand twice, and the data."""
    loader = loader_type(text)
    try:
        node = loader.get_single_node()
        # Before the data: making it writes merged keys ("<<") into the nodes.
        repeated = tuple(_duplicate_keys(node))
        return node, repeated, None if node is None else loader.construct_document(node)
    finally:
        loader.dispose()


def _parse_yaml(file: Path, text: str) -> _Parsed:
    line = 1
    try:
        with contextlib.suppress(yaml.YAMLError):
            return _parse(text, _FAST_LOADER)
        return _parse(text, _PLAIN_LOADER)
    except yaml.MarkedYAMLError as e:
        line, what, remedy = _yaml_trouble(e)
    except yaml.reader.ReaderError as e:
        line = text.count("\n", 0, e.position) + 1
        what, remedy = "here stands a control character, which nobody can see", "Remove it"
    except RecursionError:
        what, remedy = "lists and keys are nested too deep to read", "Simplify it"
    except ValueError as e:
        what, remedy = f"a value can't be read ({e})", "Put it in quotes"
    raise SpecError([Problem(file, line, None, what, remedy)])


def _yaml_trouble(error: yaml.MarkedYAMLError) -> tuple[int, str, str]:
    """Return line, what is wrong and what would be right, of broken YAML."""
    mark = error.problem_mark or error.context_mark
    what = f"this is not valid YAML ({error.problem or error.context})"
    remedy = (
        "Look at the indentation here and just above; quote a text that contains ': ' "
        "or starts with a symbol"
    )
    if "'\\t'" in (error.problem or ""):
        what, remedy = "here stands a tab", "Indent with spaces: YAML takes no tabs"
    elif error.problem == "found unexpected end of stream":
        # YAML notices at the end of the file; what is to be mended stands where it began.
        mark = error.context_mark or mark
        what, remedy = "a quotation mark opens here and never closes", "Close it, or remove it"
    return mark.line + 1 if mark else 1, what, remedy


def _line(node: yaml.Node | None, loc: Loc) -> int:
    """Return the 1-based line of the deepest part of ``loc`` that the YAML has."""
    if node is None:
        return 1
    line = node.start_mark.line + 1
    for part in _without_tags(loc):
        child: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.value == str(part):
                    line, child = key.start_mark.line + 1, value
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            child = node.value[part]
            line = child.start_mark.line + 1
        node = child or node
    return line


def _without_tags(loc: Loc) -> Loc:
    """Leave out the field types that pydantic puts behind a field's place: the YAML has none."""
    return tuple(
        part
        for i, part in enumerate(loc)
        if not (part in FIELD_TYPES and loc[i - 2 : i - 1] == ("fields",))
    )


def _duplicate_keys(
    node: yaml.Node | None, loc: Loc = (), seen: set[int] | None = None
) -> Iterator[Finding]:
    """YAML lets a key stand twice and the last one win: a lost text that nobody notices."""
    seen = set() if seen is None else seen
    if id(node) in seen:  # an alias: looked at where it was defined
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        last: dict[str, yaml.Node] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue  # a list for a key: refused when the data are made
            if key.value in last:
                what = f"the key '{key.value}' stands here twice"
                yield (*loc, key.value), what, "Keep one of them"
            last[key.value] = value
        for name, value in last.items():
            yield from _duplicate_keys(value, (*loc, name), seen)
    elif isinstance(node, yaml.SequenceNode):
        for i, item in enumerate(node.value):
            yield from _duplicate_keys(item, (*loc, i), seen)


_HASH = re.compile(r"\s+#(?=[^\s#])\S*")


def _cut_off(
    node: yaml.Node | None, lines: Sequence[str], loc: Loc = (), seen: set[int] | None = None
) -> Iterator[Finding]:
    """Find texts whose end is taken for a comment, as in ``label: Which #1?``.

    A comment that is meant has a space after its ``#``.
    """
    seen = set() if seen is None else seen
    if id(node) in seen:  # an alias: looked at where it was defined
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else ""
            yield from _cut_off(value, lines, (*loc, name), seen)
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from _cut_off(value, lines, (*loc, number), seen)
    elif isinstance(node, yaml.ScalarNode) and not node.style and node.tag.endswith(":str"):
        end = node.end_mark
        rest = lines[end.line][end.column :] if end.line < len(lines) else ""
        if hash_sign := _HASH.match(rest):
            cut = hash_sign[0].strip()
            what = f"the text ends before '{cut}': YAML takes the rest for a comment"
            yield loc, what, "Put the whole text between quotation marks"


def _keys_of(loc: Loc, shape: type[BaseModel]) -> list[str]:
    """Return the keys that are allowed at ``loc``, for an unknown key's message."""
    for part in loc[:-1]:
        if isinstance(part, int):
            continue
        shape = FIELD_TYPES.get(part) or _part_type(shape, part) or shape
    return sorted(f.alias or name for name, f in shape.model_fields.items())


def _part_type(shape: type[BaseModel], key: str) -> type[BaseModel] | None:
    """Return what ``key`` of ``shape`` is, or each entry of its list, if it is a part."""
    field = shape.model_fields.get(key)
    entries = (field.annotation, *get_args(field.annotation)) if field else ()
    return next((e for e in entries if isinstance(e, type) and issubclass(e, BaseModel)), None)


# pydantic's errors about one value: what is wrong and what would be right.
_KEYS = ("here stands '{given}' where keys are expected", "Write 'key: value' lines")
_WHOLE = ("{name} must be a whole number, not '{given}'", "Write it in digits, as in 5")
_NUMBER = ("{name} must be a number, not '{given}'", "Write it in digits, as in 1.5")
_TRUTH = ("{name} must be true or false, not '{given}'", "Write true, or remove the line")
_BAD_VALUES = {
    "bool_parsing": _TRUTH,
    "bool_type": _TRUTH,
    "dict_type": _KEYS,
    "float_parsing": _NUMBER,
    "float_type": _NUMBER,
    "greater_than": ("{name} is {given}, which is too small", "Write more than {gt}"),
    "greater_than_equal": ("{name} is {given}, which is too small", "The least is {ge}"),
    "int_from_float": _WHOLE,
    "int_parsing": _WHOLE,
    "int_type": _WHOLE,
    "less_than_equal": ("{name} is {given}, which is too large", "The most is {le}"),
    "list_type": (
        "{name} must be a list, not '{given}'",
        "Begin each entry on a line of its own with '- '",
    ),
    "literal_error": ("{name} can't be '{given}'", "Write {expected}, or remove the line"),
    "model_attributes_type": _KEYS,
    "model_type": _KEYS,
    "string_pattern_mismatch": (
        "'{given}' can't be an id",
        "Use small letters, digits and single hyphens, as in 'passed-over'",
    ),
    "string_too_long": ("{name} is longer than {max_length} characters", "Shorten it"),
    "string_too_short": ("{name} is empty", "Write its text"),
    "string_type": ("{name} must be a text, not '{given}'", "Put it in quotes"),
    "too_long": ("{name} has {actual_length} entries", "It can have {max_length} at most"),
    "too_short": ("{name} has {actual_length} of at least {min_length} entries", "Add the rest"),
}


def in_words(error: Any, shape: type[BaseModel]) -> Finding:
    """Turn one of pydantic's errors into where, what is wrong and what would be right."""
    loc: Loc = error["loc"]
    types = ", ".join(FIELD_TYPES)
    match error["type"]:
        case "extra_forbidden":
            key = str(loc[-1])
            return loc, f"unknown key '{key}'", did_you_mean(key, _keys_of(loc, shape))
        case "invalid_key":
            return loc, f"unknown key '{loc[-1]}'", did_you_mean("", _keys_of(loc, shape))
        case "missing":
            return loc[:-1], f"'{loc[-1]}' is missing", f"Add a line '{loc[-1]}: …'"
        case "union_tag_not_found":
            return loc, "this field has no type", f"Add 'type:' with one of: {types}"
        case "union_tag_invalid":
            tag = str(error["ctx"]["tag"])
            return (*loc, "type"), f"unknown field type '{tag}'", did_you_mean(tag, [*FIELD_TYPES])
    if error["input"] is None:
        return loc, f"{_name(loc)} is empty", "Write something here, or remove it"
    words = {"name": _name(loc), "given": _as_yaml(error["input"]), **error.get("ctx", {})}
    what, remedy = _BAD_VALUES.get(error["type"], ("{name} can't be '{given}'", "Correct it"))
    return loc, what.format_map(words), remedy.format_map(words)


def _name(loc: Loc) -> str:
    """Name a place for an author: a key, an entry of a list, or the whole file."""
    if not loc:
        return "the file"
    return f"entry {loc[-1] + 1} of '{loc[-2]}'" if isinstance(loc[-1], int) else f"'{loc[-1]}'"


def _as_yaml(value: object) -> str:
    """Show a value as its author wrote it, or nearly, and not all of a long one."""
    text = yaml.safe_dump(value, default_flow_style=True, allow_unicode=True, width=1000)
    text = text.removesuffix("\n...\n").strip()
    return text if len(text) <= 60 else f"{text[:59]}…"
