"""Random valid exercises and answers, for the property tests."""

from __future__ import annotations

from datetime import date
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

# The same examples on every run: a failure on one machine is a failure on all.
quick = settings(
    max_examples=60,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)

# Keys that a JavaScript object has by birth: hostile as the names of fields or cards.
PROTOTYPE_NAMES = ["__proto__", "toString", "valueOf", "hasOwnProperty"]
# Ids, some with a name that JavaScript or HTML knows, or with digits only.
AWKWARD_IDS = ["constructor", "1", "0", "7-up", "end-of-it", "length", "name", "true", "null"]
ids = st.from_regex(r"[a-z0-9]{1,6}(-[a-z0-9]{1,4}){0,2}", fullmatch=True).filter(
    lambda i: i not in {"end", "none"}
) | st.sampled_from(AWKWARD_IDS)

# No half surrogates (they have no UTF-8 form) and no control characters but line ends.
_characters = st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\t")
prose = st.text(_characters, max_size=60)
# What an author's text is once load_module has stripped it.
labels = st.text(_characters, min_size=1, max_size=30).map(str.strip).filter(bool)

any_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 12)
    | st.floats(allow_nan=False, allow_infinity=False, width=16)
    | st.sampled_from([*AWKWARD_IDS, *PROTOTYPE_NAMES])
    | prose,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["__proto__", "toString", "0", "a"]) | ids, inner, max_size=3
        )
    ),
    max_leaves=6,
)


def _unique(low: int, high: int) -> st.SearchStrategy[list[str]]:
    return st.lists(ids, min_size=low, max_size=high, unique=True)


def _parts(low: int, high: int, *texts: str) -> st.SearchStrategy[list[dict[str, str]]]:
    """Options, cards and the like: each an id of its own and these texts."""
    part = st.fixed_dictionaries({"id": ids, **dict.fromkeys(texts, labels)})
    return st.lists(part, min_size=low, max_size=high, unique_by=lambda p: p["id"])


@st.composite
def _marks(draw: st.DrawFn) -> dict[str, Any]:
    phrases = draw(_parts(2, 3, "note"))
    words = st.text(st.characters(categories=["L"]), min_size=1, max_size=8)
    passage = " ".join(f"{draw(words)} [{draw(words)}]({p['id']})" for p in phrases)
    return {"passage": passage, "phrases": phrases}


# What each type has besides what all fields have.
_OWN: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "choice": st.fixed_dictionaries({"options": _parts(2, 4, "label", "consequence")}),
    "choices": st.fixed_dictionaries(
        {"options": _parts(2, 4, "label"), "at_least": st.integers(1, 2)},
        optional={"none": labels},
    ),
    "scale": st.fixed_dictionaries({"steps": st.lists(labels, min_size=2, max_size=5)}),
    "sort": st.fixed_dictionaries(
        {"categories": _parts(2, 3, "label"), "cards": _parts(1, 4, "text")}
    ),
    "order": st.fixed_dictionaries({"items": _parts(2, 4, "text")}),
    "text": st.fixed_dictionaries({"min_words": st.integers(1, 3)}),
    "line": st.just({}),
    "date": st.just({}),
    "list": st.fixed_dictionaries(
        {"columns": _parts(1, 3, "label"), "at_least": st.integers(1, 2)}
    ),
    "mark": _marks(),
    "recall": st.fixed_dictionaries({"back": labels}),
}


@st.composite
def field_dicts(draw: st.DrawFn, field_id: str) -> dict[str, Any]:
    """Draw a field as an author writes it, of any type, without branching."""
    kind = draw(st.sampled_from(sorted(_OWN)))
    field = {"id": field_id, "type": kind, "label": draw(labels), **draw(_OWN[kind])}
    if draw(st.booleans()):
        field["optional"] = draw(st.booleans())
    if draw(st.integers(0, 3)) == 0:
        field["private"] = "always"
    return field


@st.composite
def exercise_dicts(draw: st.DrawFn, exercise_id: str = "random") -> dict[str, Any]:
    """Draw a valid exercise as an author writes it: a row of fields, or steps that branch."""
    exercise: dict[str, Any] = {"id": exercise_id, "title": draw(labels)}
    exercise["minutes"] = draw(st.integers(1, 60))
    fields = [draw(field_dicts(i)) for i in draw(_unique(1, 6))]
    if draw(st.booleans()):
        exercise["fields"] = fields
    else:
        exercise["steps"] = draw(_steps(fields))
    if draw(st.booleans()):
        exercise["intro"] = draw(labels)
    return exercise


@st.composite
def _steps(draw: st.DrawFn, fields: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Spread fields over steps. Without ``next`` each leads to the one below, so all are reached
    and all come to the end; ``next`` of an option then adds a leap on, back or to the end.
    """
    names = draw(_unique(1, min(4, len(fields))))
    steps: list[dict[str, Any]] = [{"id": i, "title": draw(labels), "fields": []} for i in names]
    for field in fields:
        draw(st.sampled_from(steps))["fields"].append(field)
    for step in steps:
        choices = [f for f in step["fields"] if f["type"] == "choice" and not f.get("optional")]
        if bool(choices) and draw(st.booleans()):
            # The last option keeps leading to the step below.
            for option in draw(st.sampled_from(choices))["options"][:-1]:
                if draw(st.booleans()):
                    option["next"] = draw(st.sampled_from([*names, "end"]))
    steps[-1]["next"] = "end"
    return steps


def _fields_of(exercise: dict[str, Any]) -> list[dict[str, Any]]:
    steps = exercise.get("steps", [])
    return [*exercise.get("fields", []), *(f for s in steps for f in s["fields"])]


def _ids_of(parts: list[dict[str, str]]) -> list[str]:
    return [part["id"] for part in parts]


_words = st.lists(
    st.text(st.characters(categories=["L"]), min_size=1, max_size=8), min_size=3, max_size=6
).map(" ".join)


def _some_of(parts: list[dict[str, str]], least: int) -> st.SearchStrategy[list[str]]:
    """Some of the ids, in the order of the page."""
    names = _ids_of(parts)
    picked = st.lists(st.sampled_from(names), min_size=least, unique=True)
    return picked.map(lambda some: sorted(some, key=names.index))


def valid_value(field: dict[str, Any]) -> st.SearchStrategy[Any]:
    """An answer that a form of this field could hold, and that counts as one."""
    match field["type"]:
        case "choice":
            return st.sampled_from(_ids_of(field["options"]))
        case "choices":
            some = _some_of(field["options"], field["at_least"])
            return some | st.just(["none"]) if "none" in field else some
        case "scale":
            return st.integers(1, len(field["steps"]))
        case "sort":
            places = st.sampled_from(_ids_of(field["categories"]))
            return st.fixed_dictionaries(dict.fromkeys(_ids_of(field["cards"]), places))
        case "order":
            names = _ids_of(field["items"])
            ranks = st.permutations(range(1, len(names) + 1))
            return ranks.map(lambda r: dict(zip(names, r, strict=True)))
        case "date":
            return st.dates(min_value=date(1000, 1, 1)).map(date.isoformat)
        case "list":
            row = st.fixed_dictionaries(dict.fromkeys(_ids_of(field["columns"]), _words))
            return st.lists(row, min_size=field["at_least"], max_size=4)
        case "mark":
            return _some_of(field["phrases"], 1) | st.just(["none"])
        case "recall":
            return st.sampled_from(["knew", "partly", "not-yet"])
    return _words


@st.composite
def full_answers(draw: st.DrawFn, exercise: dict[str, Any]) -> dict[str, Any]:
    """Draw a valid answer to every field."""
    return {f["id"]: draw(valid_value(f)) for f in _fields_of(exercise)}


@st.composite
def some_answers(draw: st.DrawFn, exercise: dict[str, Any]) -> dict[str, Any]:
    """Draw valid answers to some of the fields."""
    return {f["id"]: draw(valid_value(f)) for f in _fields_of(exercise) if draw(st.booleans())}


@st.composite
def any_answers(draw: st.DrawFn, exercise: dict[str, Any]) -> dict[str, Any]:
    """Draw answers that may be valid, wrong in kind, hostile, or to fields that there are not."""
    answers: dict[str, Any] = draw(
        st.dictionaries(ids | st.just("__proto__"), any_json, max_size=2)
    )
    for field in _fields_of(exercise):
        match draw(st.sampled_from(["valid", "valid", "any", "none"])):
            case "valid":
                answers[field["id"]] = draw(valid_value(field))
            case "any":
                answers[field["id"]] = draw(any_json)
    return answers
