"""What no single part of a module can know: ids that stand twice, steps that lead nowhere."""

from __future__ import annotations

from collections.abc import Iterator

from .arranged import Sort
from .chosen import Choice, Scale
from .exercise import END, PLACEHOLDER, Drawing, Exercise, Module
from .fields import AnyField
from .findings import Finding, Loc, did_you_mean, twice
from .written import Date, Rows


def check_module(module: Module) -> Iterator[Finding]:
    """Find everything in a module that its parts can't know each for itself."""
    yield from twice([e.id for e in module.exercises], ("exercises",), "exercise")
    for i, exercise in enumerate(module.exercises):
        here: Loc = ("exercises", i)
        if bool(exercise.fields) == bool(exercise.steps):
            has = "has both 'fields' and 'steps'" if exercise.fields else "has nothing to do"
            yield here, f"the exercise {has}", "Give it either 'fields' or 'steps'"
        yield from _check_fields(exercise, here)
        yield from _check_people(exercise, here)
        yield from _check_extras(exercise, here)
        yield from _check_drawing(exercise, here)
        if exercise.steps:
            yield from _check_steps(exercise, here)
        yield from _check_plain_ends(exercise, here)
        if exercise.again and (module.collected or exercise.steps):
            problem = "only what is not collected, and has no steps, is answered again"
            yield (*here, "again"), problem, "Remove it, or set 'collected: false' for the module"
    yield from _check_ending(module)


def _check_fields(exercise: Exercise, here: Loc) -> Iterator[Finding]:
    """Find fields with an id that another field has, and what is wrong within each field."""
    seen: set[str] = set()
    for loc, field in exercise.places(here):
        if field.id in seen:
            yield (*loc, "id"), f"the field '{field.id}' stands here twice", "Rename one of them"
        seen.add(field.id)
        if isinstance(field, Choice) and field.branches and not exercise.steps:
            remedy = "Remove it, or give the exercise 'steps'"
            yield loc, "'next' needs steps to lead to", remedy
        yield from field.check(loc)


def _check_people(exercise: Exercise, here: Loc) -> Iterator[Finding]:
    """Find people who stand twice, and effects on somebody who is none of them."""
    names = [person.name for person in exercise.people]
    yield from twice(names, (*here, "people"), "person", "name")
    for loc, field in exercise.places(here) if names else ():
        for i, option in enumerate(field.options if isinstance(field, Choice) else ()):
            for j, effect in enumerate(option.effects):
                if effect.who not in names:
                    where: Loc = (*loc, "options", i, "effects", j, "who")
                    problem = f"'{effect.who}' is none of the exercise's people"
                    yield where, problem, did_you_mean(effect.who, names)


def _check_extras(exercise: Exercise, here: Loc) -> Iterator[Finding]:
    """Find a chart without scales, and what names a field that is not there."""
    fields = {f.id: f for f in exercise.all_fields()}
    if exercise.own_line and exercise.own_line not in fields:
        problem = f"'{exercise.own_line}' names no field"
        yield (*here, "own_line"), problem, did_you_mean(exercise.own_line, [*fields])
    if exercise.profile and not any(isinstance(f, Scale) for f in fields.values()):
        yield (*here, "profile"), "there is no scale to draw", "Give the exercise scales"
    for name in PLACEHOLDER.findall(exercise.compose.template) if exercise.compose else []:
        if name not in fields:
            problem = f"'{{{name}}}' names no field"
            yield (*here, "compose", "template"), problem, did_you_mean(name, [*fields])
    for i, event in enumerate(exercise.calendar.events if exercise.calendar else []):
        loc: Loc = (*here, "calendar", "events", i)
        if (event.weeks is None) == (event.field is None):
            yield loc, "an event has either 'weeks' or 'field'", "Keep one of them"
        elif event.field and not isinstance(fields.get(event.field), Date):
            yield (*loc, "field"), f"'{event.field}' is no date field", "Name a field of type date"


def _check_drawing(exercise: Exercise, here: Loc) -> Iterator[Finding]:
    """Find a picture of something that the exercise does not have."""
    drawing = exercise.drawing
    loc: Loc = (*here, "drawing")
    if drawing is None:
        return
    if drawing.kind == "slope":
        if not (exercise.profile and exercise.profile.compare):
            remedy = "Give the exercise a 'profile' with 'compare', or draw something else"
            yield loc, "a slope needs a profile that is compared with an earlier one", remedy
        if drawing.field:
            yield (*loc, "field"), "a slope is drawn of all scales", "Remove 'field'"
        yield from _check_apart(exercise, drawing.apart, loc)
    else:
        yield from _check_drawn_field(exercise, drawing, loc)
    if drawing.seat and drawing.kind != "seats":
        yield (*loc, "seat"), f"'{drawing.kind}' has no seats", "Remove 'seat'"
    if drawing.apart and drawing.kind != "slope":
        yield (*loc, "apart"), f"'{drawing.kind}' has no steps", "Remove 'apart'"


def _check_apart(exercise: Exercise, apart: str, loc: Loc) -> Iterator[Finding]:
    """Find a step to leave out of a slope that its scales do not have."""
    for scale in exercise.all_fields():
        if apart and isinstance(scale, Scale) and apart not in scale.steps:
            problem = f"'{apart}' is no step of '{scale.id}'"
            yield (*loc, "apart"), problem, did_you_mean(apart, scale.steps)
            return


def _check_drawn_field(exercise: Exercise, drawing: Drawing, loc: Loc) -> Iterator[Finding]:
    """Find a drawing whose field is not there or of another type, or whose seats are unknown."""
    shape, name = (Sort, "sort") if drawing.kind == "rings" else (Rows, "list")
    fields = {f.id: f for f in exercise.all_fields() if isinstance(f, shape)}
    if drawing.field not in fields:
        remedy = f"Add 'field:' with one of: {', '.join(fields)}"
        if not fields:
            remedy = "The exercise has none: add one, or draw something else"
        problem = f"'{drawing.kind}' are drawn of a field of type {name}"
        if drawing.field:
            loc, problem = (*loc, "field"), f"'{drawing.field}' is no field of type {name}"
        yield loc, problem, remedy
    elif drawing.kind == "seats":
        yield from _check_seat(fields[drawing.field], drawing.seat, loc)


def _check_seat(rows: AnyField, seat: str | None, loc: Loc) -> Iterator[Finding]:
    """Find seats at a column that is not there, or in which anything at all can be written."""
    columns = [c.id for c in rows.columns if c.options] if isinstance(rows, Rows) else []
    if seat in columns:
        return
    remedy = f"Add 'seat:' with one of: {', '.join(columns)}"
    if not columns:
        remedy = "Give a column 'options', such as [decides, is heard]"
    if seat:
        yield (*loc, "seat"), f"'{seat}' is no column with options", remedy
    else:
        yield loc, "'seats' needs a column that says who sits where", remedy


def _check_steps(exercise: Exercise, here: Loc) -> Iterator[Finding]:
    """Find steps that lead nowhere, or that nobody reaches."""
    ids = [s.id for s in exercise.steps]
    yield from twice(ids, (*here, "steps"), "step")
    lost = False
    for s, step in enumerate(exercise.steps):
        loc: Loc = (*here, "steps", s)
        if step.id == END:
            problem = f"a step can't be called '{END}'"
            yield (*loc, "id"), problem, "The word stands for the end: rename it"
        branching = [f for f in step.fields if isinstance(f, Choice) and f.branches]
        if len(branching) > 1:
            problem = f"two choices of step '{step.id}' branch"
            yield loc, problem, "Let one choice a step carry 'next'"
        for choice in branching:
            if choice.optional:
                problem = f"the choice '{choice.id}' branches and is optional"
                yield loc, problem, "A choice that leads on must be answered"
        for target_loc, target in _targets(exercise, here, s):
            if target not in (*ids, END):
                lost = True
                yield (
                    target_loc,
                    f"'next: {target}' leads nowhere",
                    did_you_mean(target, [*ids, END]),
                )
    if not lost:  # else half of the steps would seem out of reach
        yield from _check_reach(exercise, here)


def _targets(exercise: Exercise, here: Loc, number: int) -> Iterator[tuple[Loc, str]]:
    """Return every ``next`` of a step, with where it stands."""
    step, loc = exercise.steps[number], (*here, "steps", number)
    if step.next:
        yield (*loc, "next"), step.next
    for j, field in enumerate(step.fields):
        for k, option in enumerate(field.options if isinstance(field, Choice) else ()):
            if option.next:
                yield (*loc, "fields", j, "options", k, "next"), option.next


def _check_reach(exercise: Exercise, here: Loc) -> Iterator[Finding]:
    """Find steps that no way leads to, and steps from which no way leads to the end."""
    routes = {r["id"]: r["next"] for r in exercise.routes()}

    def reach(start: str) -> set[str]:
        seen, todo = set(), [start]
        while todo:
            step = todo.pop()
            if step not in seen:
                seen.add(step)
                todo += routes.get(step, [])
        return seen

    reached = reach(exercise.steps[0].id)
    for s, step in enumerate(exercise.steps):
        if step.id not in reached:
            problem = f"no way leads to step '{step.id}'"
            yield (*here, "steps", s), problem, "Point a 'next' at it, or remove it"
        elif END not in reach(step.id):
            problem = f"from step '{step.id}' no way leads to the end"
            yield (*here, "steps", s), problem, "Give it 'next: end'"


def _check_plain_ends(exercise: Exercise, here: Loc) -> Iterator[Finding]:
    """Find a ``plainly`` where the way goes on: it would tell the story before it is over.

    A way is over at the exercise's end, and where only a last step is left: many cases close
    with one in which all ways come together to look back.
    """
    onward, routes = exercise.default_next(), {r["id"]: r["next"] for r in exercise.routes()}
    over = {END} | {step for step, leads_to in routes.items() if leads_to == [END]}
    remedy = "Move it to where the way ends, or remove it"
    for s, step in enumerate(exercise.steps):
        loc: Loc = (*here, "steps", s)
        if step.plainly and over.isdisjoint(routes[step.id]):
            yield (*loc, "plainly"), f"the way goes on after step '{step.id}'", remedy
        for j, field in enumerate(step.fields):
            for k, option in enumerate(field.options if isinstance(field, Choice) else ()):
                if option.plainly and (option.next or onward[step.id]) not in over:
                    where: Loc = (*loc, "fields", j, "options", k, "plainly")
                    yield where, f"the way goes on after option '{option.id}'", remedy


def _check_ending(module: Module) -> Iterator[Finding]:
    """Find lines and a day at the module's end that name no field of the module."""
    fields = {f"{e.id}/{f.id}": f for e in module.exercises for f in e.all_fields()}
    ending = module.ending
    for i, path in enumerate(ending.lines if ending else ()):
        if path not in fields:
            problem = f"'{path}' names no field of this module"
            yield ("ending", "lines", i), problem, did_you_mean(path, [*fields])
    if ending and ending.day and not isinstance(fields.get(ending.day), Date):
        days = [path for path, field in fields.items() if isinstance(field, Date)]
        remedy = did_you_mean(ending.day, days) if days else "Remove it, or ask for a date"
        yield ("ending", "day"), f"'{ending.day}' is no date field of this module", remedy
