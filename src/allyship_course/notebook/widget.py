"""The exercise in Jupyter: an anywidget around the form, and the checks at a notebook's end.

Answers travel between the form and the kernel as messages and are kept in the learner's
journal. They are never a trait: traits end up in the saved notebook, which is handed in.
"""

from __future__ import annotations

import base64
import functools
import html
import os
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from weakref import WeakSet

import anywidget
import ipywidgets
import traitlets

from ..course_progress import in_all, progress_by_notes, progress_by_record, where_to_go_on
from ..form import DRAWING_STYLE, STYLE, VIEW_STYLE, render
from ..form.bundle import bundle
from ..form.replies import replies
from ..spec import (
    Exercise,
    Module,
    SpecError,
    folders_in,
    in_order,
    load_module,
    module_folders,
)
from ..store.files import RecordError
from ..store.journal import (
    LOCKLESS,
    Note,
    catch_up,
    journal_folder,
    keep,
    note_json,
    read_note,
    read_notes,
)
from ..store.record import submitted_record
from .checks import Check, check_in
from .page import BUILDING, NO_POSTERS, Page, building, static_from
from .strip import STYLE as PROGRESS_STYLE
from .strip import render_certificate, render_my_course, render_progress

_SCRIPTS = Path(__file__).parent


class Parts(ipywidgets.Widget):
    """What all forms of a notebook share, packed: it is saved with the notebook only once."""

    script = traitlets.Unicode().tag(sync=True)
    style = traitlets.Unicode().tag(sync=True)


@functools.cache
def _parts() -> Parts:
    style = "".join(f.read_text("utf-8") for f in (STYLE, VIEW_STYLE, DRAWING_STYLE))
    return Parts(script=_packed(bundle(_SCRIPTS / "exercise.mjs")), style=_packed(style))


def _packed(text: str) -> str:
    return base64.b64encode(zlib.compress(text.encode(), level=9)).decode()


class ExerciseWidget(anywidget.AnyWidget):
    """One exercise, live. ``form`` is the empty form, packed: it holds no answer, ever."""

    _esm = bundle(_SCRIPTS / "shared.mjs")
    parts = traitlets.Instance(Parts).tag(sync=True, **ipywidgets.widget_serialization)
    form = traitlets.Unicode().tag(sync=True)

    def __init__(self, module: Module, exercise: Exercise, assignment: Path) -> None:
        super().__init__(parts=_parts(), form=_packed(render(module, exercise, "notebook")))
        self.place = (module.module, exercise.id)
        self._module = module
        self._exercise = exercise
        self._assignment = assignment
        self.on_msg(self._answer)
        _forms.add(self)

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
                note = _message(self._kept())
                reply |= {"type": "note", "note": note, "journal": str(journal_folder())}
                reply["lockless"] = LOCKLESS
                catch_up(self._module, self._assignment)
                _show_progress()
            elif content["type"] == "replies":
                said = replies(self._module).get(self._exercise.id, {})
                reply |= {"type": "replies", "replies": said}
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
                self._tell_others(kept.note)
                _show_progress()
        except (RecordError, OSError) as e:
            reply |= {"type": "trouble", "message": f"{e}."}
        self.send(reply)

    def _tell_others(self, note: Note) -> None:
        """Show what was kept where the same exercise stands in this notebook once more."""
        for other in _forms:
            if other is not self and other.place == self.place:
                other.send({"type": "kept", "note": _message(note)})

    def _kept(self) -> Note | None:
        return read_notes(journal_folder(), self._module.module).get(self._exercise.id)


_forms: WeakSet[ExerciseWidget] = WeakSet()


def _message(note: Note | None) -> dict[str, Any] | None:
    return None if note is None else note_json(note)


class ProgressWidget(anywidget.AnyWidget):
    """The strip at a notebook's head: how far this module is, as it would be graded.

    It holds no state of its own: what it says goes out as a message whenever something is kept.
    """

    _esm = bundle(_SCRIPTS / "progress.mjs")
    _css = PROGRESS_STYLE
    progress_html = traitlets.Unicode().tag(sync=True)

    def __init__(self, module: Module, assignment: Path) -> None:
        super().__init__(progress_html=render_progress(module))
        self._module = module
        self._assignment = assignment
        self.on_msg(lambda *_: self.show())
        _strips.add(self)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        shown = super()._repr_mimebundle_(**kwargs)
        if shown is not None:
            shown[0]["text/plain"] = "Where you are (run this notebook to see it)"
        return shown

    def show(self) -> None:
        """Say how far it is."""
        try:
            record = submitted_record(self._assignment, self._module.module)
        except RecordError as e:
            self.send({"done": 0, "words": f"Not counted. {e}."})
            return
        progress = progress_by_record(self._module, record)
        self.send({"done": progress.done, "words": progress.in_words})


_strips: WeakSet[ProgressWidget] = WeakSet()


def _show_progress() -> None:
    for strip in _strips:
        strip.show()


class CertificateWidget(anywidget.AnyWidget):
    """The certificate, filled in from the learner's journal.

    The name is typed into it and is in no trait: no notebook and no kernel ever holds it.
    """

    _esm = bundle(_SCRIPTS / "certificate.mjs")
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
        return Page(render(module, found, "page", static_from(folder)), text)
    return ExerciseWidget(module, found, folder)


def poster(poster_id: str) -> Page:
    """Show a poster of the module in whose folder this notebook runs, with its full text."""
    # here, for a kernel that starts without a poster
    from ..form.posters import load_posters, markdown, page_html, sheet_of

    try:
        posters = {p.id: p for p in load_posters(Path.cwd())}
        if poster_id not in posters:
            raise KeyError(f"there is no poster '{poster_id}'. There are: {', '.join(posters)}")
    except (SpecError, KeyError) as e:
        return _trouble(e, "This poster can't be shown")
    if os.environ.get(BUILDING) == NO_POSTERS:
        return Page("", "")
    found = posters[poster_id]
    static = static_from(Path.cwd()) or "../../_static" if building() else None
    return Page(page_html(found, static, sheet_of(Path.cwd())), markdown(found))


def progress() -> ProgressWidget | Page:
    """Show how far the module is in whose folder this notebook runs."""
    try:
        module = load_module(Path.cwd())
    except SpecError as e:
        return _trouble(e, "What is complete can't be shown")
    return ProgressWidget(module, Path.cwd())


def certificate(course: str = "") -> CertificateWidget | Page:
    """Show the certificate of what is complete, by the learner's own journal.

    ``course`` is the course's title.
    """
    try:
        modules, journal = _course()
    except (SpecError, RecordError) as e:
        return _trouble(e, "The certificate can't be shown")
    states = [
        {"title": m.title, "complete": progress_by_notes(m, journal[m.module]).complete}
        for m in modules
    ]
    return CertificateWidget(certificate_html=render_certificate(course), modules=states)


def my_course() -> Page:
    """Show how far each module is, by the learner's own journal, with links to the notebooks."""
    try:
        modules, journal = _course()
    except (SpecError, RecordError) as e:
        return _trouble(e, "The overview can't be shown")
    found = [progress_by_notes(m, journal[m.module]) for m in modules]
    beside = any(Path(module.module).is_dir() for module in modules)
    above = Path() if beside else Path("..")
    notebooks = [above / m.module / f"{m.module}.ipynb" for m in modules]
    links = [n.as_posix() if n.exists() else "" for n in notebooks]
    summary = in_all(found, where_to_go_on(modules, journal))
    rows = [f"- {one.module.title}: {one.in_words}" for one in found]
    return Page(render_my_course(summary, found, links), "\n".join([summary, "", *rows]))


def _course() -> tuple[list[Module], dict[str, dict[str, Note]]]:
    """Return the modules beside this notebook, or in a folder ``modules``, and the notes of each.

    They lie beside it where ``allyship learn`` has laid them; the journal among them is no module.
    """
    here = Path.cwd()
    folders = module_folders(here) or in_order(folders_in(here), here)
    modules = [module for module in map(load_module, folders) if module.collected]
    return modules, {m.module: read_notes(journal_folder(), m.module) for m in modules}


def check(exercise_id: str, points: float = 1) -> Check:
    """Say whether an exercise is complete, from ``completion.json`` alone, and so its points."""
    try:
        module = load_module(Path.cwd())
        found = module.exercise(exercise_id)
    except (SpecError, KeyError) as e:
        return Check(None, exercise_id, f"not counted. {_in_words(e)}")
    return check_in(module, found, Path.cwd(), points)


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
