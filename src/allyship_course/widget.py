"""The exercise in Jupyter: an anywidget around the form, and the checks at a notebook's end.

Answers travel between the form and the kernel as messages and are kept in the learner's
journal. They are never a trait: traits end up in the saved notebook, which is handed in.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from .checks import Check, check_in
from .form import COURSE_SCRIPT, NOTEBOOK_SCRIPT, SCRIPT, STYLE, render, render_certificate
from .journal import Note, is_complete, journal_folder, keep, read_note, read_notes
from .page import Page, building
from .posters import load_posters, markdown, page_html
from .record import RecordError
from .spec import EXERCISES_FILE, MODULES_FOLDER, Exercise, Module, SpecError, load_module


class ExerciseWidget(anywidget.AnyWidget):
    """One exercise, live. ``form_html`` is the empty form: it holds no answer, ever."""

    _esm = SCRIPT.read_text("utf-8") + NOTEBOOK_SCRIPT.read_text("utf-8")
    _css = STYLE
    form_html = traitlets.Unicode().tag(sync=True)

    def __init__(self, module: Module, exercise: Exercise, assignment: Path) -> None:
        super().__init__(form_html=render(module, exercise, "notebook"))
        self._module = module
        self._exercise = exercise
        self._assignment = assignment
        self.on_msg(self._answer)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        shown = super()._repr_mimebundle_(**kwargs)
        if shown is None:
            return None
        bundle, metadata = shown
        title = self._exercise.title
        bundle["text/plain"] = f"Exercise: {title} (run this notebook to use it)"
        return bundle, metadata

    def _answer(self, _widget: object, content: Mapping[str, Any], _buffers: object) -> None:
        """Answer one message of the form: ``load`` or ``save``. Trouble goes back in words."""
        reply: dict[str, Any] = {"request": content.get("request")}
        try:
            if content["type"] == "load":
                reply |= {"type": "note", "note": _message(self._kept())}
            elif content["type"] == "other":
                module, _, exercise = content["exercise"].partition("/")
                notes = read_notes(journal_folder(), module)
                reply |= {"type": "note", "note": _message(notes.get(exercise))}
            else:
                mine = read_note(content["note"], "what this form sent")
                kept = keep(
                    self._module, self._exercise, mine, self._assignment, changed=content["changed"]
                )
                reply |= {"type": "kept", "note": _message(kept.note)}
                reply["notices"] = list(kept.notices)
                reply["more"] = _message(kept.note) != _message(mine)
        except (RecordError, OSError) as e:
            reply |= {"type": "trouble", "message": f"{e}."}
        self.send(reply)

    def _kept(self) -> Note | None:
        return read_notes(journal_folder(), self._module.module).get(self._exercise.id)


def _message(note: Note | None) -> dict[str, Any] | None:
    if note is None:
        return None
    return {"answers": dict(note.answers), "passed": note.passed, "shared": note.shared}


class CertificateWidget(anywidget.AnyWidget):
    """The certificate, filled in from the learner's journal.

    The name is typed into it and is in no trait: no notebook and no kernel ever holds it.
    """

    _esm = COURSE_SCRIPT
    _css = STYLE
    certificate_html = traitlets.Unicode().tag(sync=True)
    modules = traitlets.List().tag(sync=True)  # {"title": ..., "complete": ...} each

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        shown = super()._repr_mimebundle_(**kwargs)
        if shown is not None:
            shown[0]["text/plain"] = "Your certificate (run this notebook to see it)"
        return shown


def exercise(exercise_id: str) -> ExerciseWidget | Page:
    """Show an exercise of the module in whose folder this notebook runs."""
    folder = Path.cwd()
    try:
        module = load_module(folder)
        found = module.exercise(exercise_id)
    except (SpecError, KeyError) as e:
        return _trouble(e, "This exercise can't be shown")
    if building():
        text = f"**Exercise: {found.title}**\n\n{found.intro}"
        return Page(render(module, found, "page"), text)
    return ExerciseWidget(module, found, folder)


def poster(poster_id: str) -> Page:
    """Show a poster of the module in whose folder this notebook runs, with its full text."""
    try:
        posters = {p.id: p for p in load_posters(Path.cwd())}
        if poster_id not in posters:
            raise KeyError(f"there is no poster '{poster_id}'. There are: {', '.join(posters)}")
    except (SpecError, KeyError) as e:
        return _trouble(e, "This poster can't be shown")
    found = posters[poster_id]
    # A module's page stands two folders below the book's static files.
    static = "../../_static" if building() else None
    return Page(page_html(found, static), markdown(found))


def certificate() -> CertificateWidget | Page:
    """Show the certificate of what is complete, by the learner's own journal.

    Counts the modules in the folder ``modules`` beside this notebook, each as ``exercises.yml``.
    """
    folders = sorted(f.parent for f in Path.cwd().glob(f"{MODULES_FOLDER}/*/{EXERCISES_FILE}"))
    try:
        modules = [load_module(folder) for folder in folders]
        complete = [is_complete(m, read_notes(journal_folder(), m.module)) for m in modules]
    except (SpecError, RecordError) as e:
        return _trouble(e, "The certificate can't be shown")
    states = [{"title": m.title, "complete": c} for m, c in zip(modules, complete, strict=True)]
    return CertificateWidget(certificate_html=render_certificate(), modules=states)


def check(exercise_id: str) -> Check:
    """Say whether an exercise is complete, from ``completion.json`` alone."""
    try:
        module = load_module(Path.cwd())
        found = module.exercise(exercise_id)
    except (SpecError, KeyError) as e:
        return Check(None, exercise_id, f"not counted. {_in_words(e)}")
    return check_in(module, found, Path.cwd())


def _trouble(error: SpecError | KeyError | RecordError, what: str) -> Page:
    """Return a message in place of what can't be shown; a book build stops at it instead.

    An exception would show a learner a traceback, and end "Run All Cells" right there.
    """
    if building():
        raise error
    text = f"{what}. {_in_words(error)}"
    return Page(f"<p>{html.escape(text)}</p>", text)


def _in_words(error: SpecError | KeyError | RecordError) -> str:
    """Say what is wrong with the files beside this notebook, and what a learner can do."""
    if isinstance(error, RecordError):
        return f"{str(error)[0].upper()}{str(error)[1:]}."
    if isinstance(error, KeyError):
        what = str(error.args[0]).rstrip(".")
    else:
        first = error.problems[0]
        what = f"{first.file.name}, line {first.line}: {first.what}"
    return (
        f"{what[0].upper()}{what[1:]}. This notebook and the files beside it do not fit "
        "together: fetch the assignment again, or show this line to your instructor."
    )
