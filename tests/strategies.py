"""Random valid exercises and answers, for the property tests."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

# The same examples on every run: a failure on one machine is a failure on all.
quick = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)

# Keys that a JavaScript object has by birth: hostile as the names of fields or cards.
PROTOTYPE_NAMES = ["__proto__", "toString", "valueOf", "hasOwnProperty"]
# Ids, some with a name that JavaScript or HTML knows, or with digits only.
AWKWARD_IDS = ["constructor", "1", "0", "7-up", "end-of-it", "length", "name", "true", "null"]
ids = st.from_regex(r"[a-z0-9]{1,6}(-[a-z0-9]{1,4}){0,2}", fullmatch=True).filter(
    lambda i: i != "end"
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


@st.composite
def field_dicts(draw: st.DrawFn, field_id: str) -> dict[str, Any]:
    """Draw a field as an author writes it, of any type, without branching."""
    field: dict[str, Any] = {"id": field_id, "label": draw(labels)}
    field["type"] = draw(st.sampled_from(["choice", "scale", "sort", "text"]))
    if draw(st.booleans()):
        field["optional"] = draw(st.booleans())
    if draw(st.integers(0, 3)) == 0:
        field["private"] = "always"
    if draw(st.booleans()):
        field["hint"] = draw(labels)
    match field["type"]:
        case "choice":
            field["options"] = [{"id": i, "label": draw(labels)} for i in draw(_unique(2, 4))]
            for option in field["options"]:
                if draw(st.booleans()):
                    option["consequence"] = draw(labels)
        case "scale":
            field["steps"] = draw(st.lists(labels, min_size=2, max_size=5))
        case "sort":
            field["categories"] = [{"id": i, "label": draw(labels)} for i in draw(_unique(2, 3))]
            field["cards"] = [{"id": i, "text": draw(labels)} for i in draw(_unique(1, 4))]
        case "text":
            field["min_words"] = draw(st.integers(1, 3))
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
        if choices and draw(st.booleans()):
            # The last option keeps leading to the step below.
            for option in draw(st.sampled_from(choices))["options"][:-1]:
                if draw(st.booleans()):
                    option["next"] = draw(st.sampled_from([*names, "end"]))
    steps[-1]["next"] = "end"
    return steps


def _fields_of(exercise: dict[str, Any]) -> list[dict[str, Any]]:
    steps = exercise.get("steps", [])
    return [*exercise.get("fields", []), *(f for s in steps for f in s["fields"])]


@st.composite
def valid_value(draw: st.DrawFn, field: dict[str, Any]) -> Any:
    """Draw an answer that a form of this field could hold, and that counts as one."""
    match field["type"]:
        case "choice":
            return draw(st.sampled_from([o["id"] for o in field["options"]]))
        case "scale":
            return draw(st.integers(1, len(field["steps"])))
        case "sort":
            places = st.sampled_from([c["id"] for c in field["categories"]])
            return {card["id"]: draw(places) for card in field["cards"]}
    words = st.text(st.characters(categories=["L"]), min_size=1, max_size=8)
    return " ".join(draw(st.lists(words, min_size=3, max_size=6)))


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
