"""Collecting from a platform's ZIP: ``allyship collect``. Long, as it is one story to its end.

Nothing in the ZIP is unpacked under the name that it has there. Each submission is read within
limits, chosen, and put into ``submitted/STUDENT/MODULE/`` in one step. What can't be placed is
listed as the exchange's refusals are, and kept in ``refused/`` where it is a student's file.
"""

from __future__ import annotations

import hashlib
import lzma
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import Any, NamedTuple

from nbgrader.coursedir import CourseDirectory

from ...exchange.copying import replacing, take_up
from ...exchange.kinds import is_module
from ...exchange.refused import REFUSED_FOLDER, REFUSED_LIST, list_refused
from ...grading.console import listed
from ...grading.folder import course_directory, load_settings, only_one, source_of
from ...grading.gradebook import open_gradebook
from ...grading.results import GradeError, Notice
from ...grading.rules import rules_of
from ...grading.waiting import persist
from ...messages import Tell
from ...spec import Module, folders_in, load_module
from ...store.files import (
    RecordError,
    encode_json,
    parse_json,
    parse_notebook,
    read_json,
    read_plain,
    replace_file,
)
from ...store.limits import MAX_JSON_PARTS, MAX_NOTEBOOK_BYTES
from ...store.record import (
    NOTEBOOK_KEY,
    RECORD_FILE,
    Record,
    notebook_record,
    parse_record,
)
from ...store.submission import TIMESTAMP_FILE, RefusedError, parse_timestamp, visible
from .class_list import ClassList, Student, read_class_list
from .names import (
    EXAMPLES,
    Named,
    Owners,
    about_attempts,
    is_nobodys,
    looks_like,
    read_name,
    username_in,
    without_attempt,
)
from .people import folded
from .platforms import NAMES, System
from .roster import nobody_joined, people_in, with_class_list

SOURCE_FILE = "collected.json"
"""Beside a submission: which platform it came from, and what was collected before it."""
MAX_ENTRIES = 100_000
MAX_UNPACKED_BYTES = 10_000_000_000
"""Bytes that the files of one ZIP may have together, unpacked."""
_MAX_RATIO = 200
_RATIO_FROM = 1_000_000  # bytes; a small file of zeros does no harm
_MAX_ABOUT_BYTES = 100_000
_BLOCK = 1 << 20
_DAMAGED = (zipfile.BadZipFile, EOFError, NotImplementedError, OSError)
"""What Python raises for a ZIP that is damaged, or of a newer kind."""
_ARCHIVES = (".zip", ".gz", ".tgz", ".bz2", ".xz", ".tar", ".rar", ".7z")
_OURS = (".ipynb", ".json", ".ipynb.txt")
_SUFFIX = re.compile(r"(?:-\d+| ?\(\d+\)|_\d+)?(?:\.ipynb)(?:\.txt|\.json)?$")
_PLACE = re.compile(r"[/\\]\s*\.\.(?:[/\\]|$)|^\.\.(?:[/\\]|$)|^[/\\]|^[A-Za-z]:|[\\\0]")


@dataclass
class Collected:
    """What a run did, by student id.

    ``nothing``: who is in the class list and not in the ZIP. ``notes`` are about the list.
    """

    new: list[str] = field(default_factory=list)
    replaced: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    older: list[str] = field(default_factory=list)
    refused: list[Notice] = field(default_factory=list)
    remarks: list[Notice] = field(default_factory=list)
    nothing: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def did_something(self) -> bool:
        return bool(self.new or self.replaced or self.unchanged or self.older or self.refused)

    def in_words(self) -> str:
        """Say what was done, with each refusal and each remark on a line of its own."""
        files = "file" if len(self.refused) == 1 else "files"
        counts: dict[str, Collection[object]] = {
            "new": self.new,
            "replaced by a newer one": self.replaced,
            "unchanged": self.unchanged,
            "not taken (see the remarks)": self.older,
            f"{files} refused": self.refused,
        }
        counted = [f"{len(some):,} {what}" for what, some in counts.items() if some]
        lines = [f"{', '.join(counted) or 'Nothing to collect'}."]
        if self.nothing:
            lines.append(f"From {len(self.nothing):,} in the class list there is nothing.")
        lines += listed(f"Refused; also listed in {REFUSED_FOLDER}/{REFUSED_LIST}:", self.refused)
        lines += listed("Collected, with a remark:", self.remarks)
        return "\n".join([*lines, *self.notes])


class _Before(NamedTuple):
    """What ``collected.json`` says of a submission that is there."""

    platform: str = ""
    sha256: str = ""
    order: int = 0
    packed: str = ""
    earlier: tuple[str, ...] = ()


class _Entry(NamedTuple):
    info: zipfile.ZipInfo
    path: str
    named: Named


@dataclass(frozen=True)
class _Packed:
    """A file in the ZIP, where it is left: one person may have handed in many large ones."""

    sha256: str
    info: zipfile.ZipInfo = field(compare=False)


@dataclass
class _Candidate:
    """One way to read what somebody handed in: files for the folder, and their record."""

    files: dict[str, _Packed]
    counts: bool  # there is a record that can be used
    why_not: str  # empty where there is none at all
    entry: _Entry
    claims: str = ""

    @property
    def when(self) -> datetime | None:
        return self.entry.named.when

    @property
    def key(self) -> tuple[datetime, int]:
        return self.when or datetime.min, self.entry.named.order  # noqa: DTZ901  no zone yet


def collect_lms(
    course: Path,
    archive: Path,
    system: System,
    class_list: Path,
    module: str,
    zone: tzinfo,
    *,
    tell: Tell,
) -> Collected:
    """Collect a module's submissions from the ZIP of a platform into a course folder.

    ``class_list`` is read by :func:`read_class_list`; ``zone`` is what the platform's clock
    shows where the names in the ZIP hold times. A submission takes the place of the one that is
    there if it is newer. Run again, it finds nothing new. Raises GradeError, TableError or
    ClassListError before anything was changed.
    """
    config = load_settings(course)
    where = course_directory(course, config)
    if not is_module(where, module):
        raise GradeError(_no_such_module(where, module))
    with only_one(Path(where.root)):
        with open_gradebook(where, tell) as gradebook:
            people = persist(gradebook, lambda: people_in(gradebook), tell)
        known = with_class_list(course, people, tell)
        students = read_class_list(class_list, known)
        notes = [f"{class_list.name}, {note}." for note in students.notes]
        # Without a class list of its own, a course takes in whoever hands in.
        members = None if rules_of(config).create_student else {person.id for person in people}
        if members is not None and (why := nobody_joined(students, class_list, known)):
            raise GradeError("\n".join([f"{why}. Nothing was collected.", *notes]))
        spec = load_module(source_of(where, module))
        with _opened(archive) as opened:
            done = _Collect(where, opened, system, students, spec, zone, members).run()
        done.notes = notes
    if not done.did_something:
        raise GradeError(f"there is nothing of a student in {archive.name}. Nothing was collected")
    return done


def _opened(archive: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(archive)
    except (*_DAMAGED, ValueError):
        raise GradeError(
            f"{archive} can't be read as a ZIP file. Download it again; nothing was changed"
        ) from None


def _no_such_module(where: CourseDirectory, module: str) -> str:
    source = source_of(where, module).parent
    known = [folder.name for folder in folders_in(source) if is_module(where, folder.name)]
    return (
        f"there is no module {module} in {source}. "
        f"There are: {', '.join(known) or 'none yet; run allyship assignments'}"
    )


class _Collect:
    def __init__(
        self,
        where: CourseDirectory,
        archive: zipfile.ZipFile,
        system: System,
        students: ClassList,
        module: Module,
        zone: tzinfo,
        members: Collection[str] | None,
    ) -> None:
        self._members = members
        self._where, self._archive, self._system = where, archive, system
        self._students, self._module, self._zone = students, module, zone
        self._name = module.module
        self._root = Path(where.root)
        self._unpacked = 0
        self._done = Collected()

    def run(self) -> Collected:
        entries = self._entries()
        owners = Owners(self._system, [entry.named for entry in entries], self._students)
        theirs: dict[str, tuple[Student, list[_Entry]]] = {}
        for entry in entries:
            if owners.is_made_up(entry.named):
                self._remark(_shown(entry.path), "left in the ZIP: the platform made this one up")
                continue
            try:
                student = owners.of(entry.named)
                self._check_member(student)
            except RefusedError as e:
                self._refuse(entry, str(e), keep=True)
            else:
                theirs.setdefault(student.id, (student, []))[1].append(entry)
        for student, files in sorted(theirs.values(), key=lambda pair: pair[0].id):
            self._collect(student, files)
        handed_in = {*theirs}
        self._done.nothing = [s.id for s in self._students.students if s.id not in handed_in]
        return self._done

    def _check_member(self, student: Student) -> None:
        """Refuse what 'allyship grade' would refuse: nobody would be told until then."""
        if self._members is not None and student.id not in self._members:
            raise RefusedError(
                f"{_shown(student.id)} is not in the course's class list, and shares no key with "
                "anybody in it. Add the person there, or a key, and run 'allyship teach'"
            )

    def _entries(self) -> list[_Entry]:
        """Return the files that students handed in; refuse what is unsafe."""
        infos = self._archive.infolist()
        if len(infos) > MAX_ENTRIES:
            raise GradeError(f"there are more than {MAX_ENTRIES:,} files in the ZIP")
        files = []
        for info in infos:
            path = _path(info)
            if not _leads_out(path) and (info.is_dir() or is_nobodys(path)):
                continue
            if why := _unsafe(info, path):
                self._list(path, why)
            else:
                files.append((info, path))
        usernames = self._usernames(files) if self._system == "blackboard" else {}
        entries = []
        for info, path in files:
            if self._system == "blackboard" and about_attempts(path):
                continue
            if named := read_name(self._system, path, usernames):
                entries.append(_Entry(info, path, named))
            else:
                self._list(path, f"it is not named as {NAMES[self._system]} names files")
        if files and not entries and not usernames:
            self._wrong_system([path for _, path in files])
        return entries

    def _wrong_system(self, paths: Sequence[str]) -> None:
        other = next(looks_like(paths), None)
        hint = (
            f"It looks like one of {NAMES[other]}: try --lms {other}."
            if other
            else "Is this the ZIP with all submissions of the assignment?"
        )
        self._done.refused.clear()
        raise GradeError(
            f"no file in the ZIP has a name as {NAMES[self._system]} gives it, such as "
            f"{EXAMPLES[self._system]!r}. {hint} Nothing was collected"
        )

    def _usernames(self, files: Sequence[tuple[zipfile.ZipInfo, str]]) -> dict[str, str]:
        usernames = {}
        for info, path in files:
            if begin := about_attempts(path):
                try:
                    name = username_in(self._read(info, _MAX_ABOUT_BYTES))
                except RefusedError:
                    continue
                if name and folded(without_attempt(begin)).endswith(f"_{folded(name)}"):
                    usernames[begin] = name
        return usernames

    def _collect(self, student: Student, entries: list[_Entry]) -> None:
        place = Path(
            self._where.format_path(self._where.submitted_directory, student.id, self._name)
        )
        take_up(place)
        candidates, whys = self._candidates(entries)
        if not candidates:
            for entry, why in whys:
                self._refuse(entry, why, keep=False)
            return
        try:
            chosen = self._choose(candidates)
        except RefusedError as e:
            for candidate in candidates:
                self._refuse(candidate.entry, str(e), keep=True)
            return
        self._settle(student, place, chosen)
        if len(candidates) > 1:
            self._remark(student.id, f"handed in {len(candidates)} times; the newest was taken")
        for entry, why in whys:
            self._remark(student.id, f"{_shown(entry.path)} was left in the ZIP: {why}")
        self._say_what_is_odd(student, chosen)

    def _candidates(
        self, entries: Sequence[_Entry]
    ) -> tuple[list[_Candidate], list[tuple[_Entry, str]]]:
        """Return what may be the submission among one student's files, and why the rest is not."""
        candidates: list[_Candidate] = []
        whys: list[tuple[_Entry, str]] = []
        for attempt in {entry.named.attempt: None for entry in entries}:
            some: list[_Candidate] = []
            for entry in (e for e in entries if e.named.attempt == attempt):
                try:
                    some.append(self._candidate(entry))
                except RefusedError as e:
                    whys.append((entry, str(e)))
            candidates += _paired(some)
        return candidates, whys

    def _candidate(self, entry: _Entry) -> _Candidate:
        file = entry.named.file
        if not file:
            raise RefusedError("it is a text typed into the platform, not a file")
        if file.casefold().endswith(_ARCHIVES):
            raise RefusedError("it is an archive, which is not opened; ask for the file itself")
        if not file.casefold().endswith(_OURS):
            raise RefusedError("it is no notebook")
        raw = self._read(entry.info, MAX_NOTEBOOK_BYTES)
        try:
            data = parse_notebook(raw, _shown(file))
        except RecordError as e:
            raise RefusedError(str(e)) from None
        if "cells" in data or "nbformat" in data:
            return self._notebook(entry, raw, data)
        if {"schema", "module", "exercises"} <= {*data}:
            return self._record_alone(entry, raw)
        raise RefusedError("it is neither a notebook nor a completion record")

    def _notebook(self, entry: _Entry, raw: bytes, data: dict[str, Any]) -> _Candidate:
        files = {f"{self._name}.ipynb": _Packed(hashlib.sha256(raw).hexdigest(), entry.info)}
        record, why = None, ""
        try:
            record = notebook_record(data, _shown(entry.named.file))
        except RecordError as e:
            why = str(e)
        if record is not None:
            self._check_module(record)
        elif not self._is_the_notebook(entry.named.file, data):
            raise RefusedError(f"neither its name nor what is in it says that it is {self._name}")
        return _Candidate(files, record is not None, why, entry, _claims(data))

    def _record_alone(self, entry: _Entry, raw: bytes) -> _Candidate:
        why = ""
        try:
            self._check_module(parse_record(parse_json(raw, RECORD_FILE, max_parts=MAX_JSON_PARTS)))
        except RecordError as e:
            why = str(e)
        files = {RECORD_FILE: _Packed(hashlib.sha256(raw).hexdigest(), entry.info)}
        return _Candidate(files, not why, why, entry)

    def _check_module(self, record: Record) -> None:
        if record.module != self._name:
            raise RefusedError(f"it is of another module: {_shown(record.module)}")

    def _is_the_notebook(self, file: str, data: dict[str, Any]) -> bool:
        metadata = data.get("metadata")
        title = metadata.get("title") if isinstance(metadata, dict) else None
        suffix = _SUFFIX.search(file)
        return bool(suffix and file[: suffix.start()] == self._name) or title == self._module.title

    def _choose(self, candidates: list[_Candidate]) -> _Candidate:
        """Return the newest: an older one may hold words that are not shared any more."""
        usable = [c for c in candidates if c.counts]
        usable = usable or [c for c in candidates if c.why_not] or candidates
        usable.sort(key=lambda c: c.key)
        last = usable[-1]
        if any(c.key == last.key and c.files != last.files for c in usable[:-1]):
            raise RefusedError("there are several of one person, and which is newer can't be told")
        return last

    def _settle(self, student: Student, place: Path, chosen: _Candidate) -> None:
        """Put a submission in its place, unless the one that is there is newer or the same."""
        files = {n: self._read(f.info, MAX_NOTEBOOK_BYTES) for n, f in chosen.files.items()}
        when = chosen.when.replace(tzinfo=self._zone).astimezone(UTC) if chosen.when else None
        if when:
            files[TIMESTAMP_FILE] = f"{when:%Y-%m-%d %H:%M:%S.%f} UTC".encode()
        digest = _digest(files)
        before = _before(place)
        if os.path.lexists(place):
            if digest in {before.sha256, _digest_of(place, self._name)}:
                self._done.unchanged.append(student.id)
                return
            if why := self._is_older(chosen, digest, before, when, _time_of(place)):
                self._done.older.append(student.id)
                self._remark(student.id, why)
                return
            self._done.replaced.append(student.id)
        else:
            self._done.new.append(student.id)
        before = _Before(
            self._system,
            digest,
            chosen.entry.named.order,
            _packed(chosen.entry.info),
            (*before.earlier, *filter(None, [before.sha256])),
        )
        files[SOURCE_FILE] = encode_json(before._asdict())
        shared = self._where.groupshared
        with replacing(place) as folder:
            if shared:
                folder.chmod(0o2775)
            for name, raw in files.items():
                replace_file(folder / name, raw, mode=0o664 if shared else 0o644)

    def _is_older(
        self,
        chosen: _Candidate,
        digest: str,
        before: _Before,
        when: datetime | None,
        there: datetime | None,
    ) -> str:
        """Say why what is there stays; empty if the new one takes its place."""
        older = "what was collected before is newer, and stays"
        if digest in before.earlier:
            return older
        if there is not None and when is not None:
            return older if when.replace(tzinfo=None) <= there else ""
        if there is not None:
            return (
                "what was collected before has a time and this has none: which is newer can't be "
                "told. The one before stays"
            )
        if not before.platform:
            return (
                "what is there was not collected from a platform: which is newer can't be told. "
                "It stays; delete its folder to take this one"
            )
        if before.platform != self._system or when is not None:
            return ""
        mine = (chosen.entry.named.order, _packed(chosen.entry.info))
        return older if mine < (before.order, before.packed) else ""

    def _say_what_is_odd(self, student: Student, chosen: _Candidate) -> None:
        if chosen.entry.named.late and chosen.when is None:
            self._remark(
                student.id,
                f"{NAMES[self._system]} marks it as late, and gives no time: "
                "it is graded as if in time",
            )
        if chosen.why_not:
            self._remark(student.id, f"{chosen.why_not}; nothing of it will count")
        elif not chosen.counts:
            self._remark(
                student.id, f"there is no {RECORD_FILE} and no record in it; nothing will count"
            )
        ids = {student.id, student.username, student.number, student.email, student.lms_id}
        if chosen.claims and folded(chosen.claims) not in {folded(i) for i in ids}:
            self._remark(student.id, f"the id in the file is {_shown(chosen.claims)}")

    def _read(self, info: zipfile.ZipInfo, limit: int) -> bytes:
        """Unpack one file within limits. RefusedError: it is too large, or damaged."""
        if info.file_size > limit:
            raise RefusedError(f"it is too large ({info.file_size / 1e6:,.1f} MB)")
        raw = bytearray()
        try:
            with self._archive.open(info) as file:
                while block := file.read(_BLOCK):
                    raw += block
                    self._unpacked += len(block)
                    if len(raw) > limit:
                        raise RefusedError("it is larger than it says")
                    if self._unpacked > MAX_UNPACKED_BYTES:
                        raise GradeError(
                            "the files in the ZIP are larger than "
                            f"{MAX_UNPACKED_BYTES / 1e9:.0f} GB together. What was collected is "
                            "kept"
                        )
        except (*_DAMAGED, zlib.error, lzma.LZMAError):
            raise RefusedError("it is damaged in the ZIP, or packed in an unknown way") from None
        return bytes(raw)

    def _remark(self, student: str, what: str) -> None:
        self._done.remarks.append(Notice(self._name, student, what))

    def _refuse(self, entry: _Entry, why: str, *, keep: bool) -> None:
        if keep and entry.named.file.casefold().endswith(_OURS):
            try:
                raw = self._read(entry.info, MAX_NOTEBOOK_BYTES)
            except RefusedError as e:
                why = f"{why}; {e}"
            else:
                kept = self._keep(entry.named.file, raw)
                why = f"{why}. It is kept as {kept}"
        self._list(entry.path, why)

    def _keep(self, file: str, raw: bytes) -> str:
        """Keep a file aside, under a name that is the same in the next run; return its path."""
        aside = self._root / REFUSED_FOLDER / self._name
        aside.mkdir(mode=0o700, parents=True, exist_ok=True)
        plain = re.sub(r"[^A-Za-z0-9.-]+", "_", file)[-60:].lstrip(".")
        kept = aside / f"{hashlib.sha256(raw).hexdigest()[:12]}-{plain}"
        if not kept.exists():
            replace_file(kept, raw)
        return str(kept.relative_to(self._root))

    def _list(self, path: str, why: str) -> None:
        self._done.refused.append(Notice(self._name, path, why))
        archive = Path(str(self._archive.filename)).name
        list_refused(self._root, self._name, f"{archive}: {path}", why)


def _paired(candidates: list[_Candidate]) -> Iterator[_Candidate]:
    """Put a notebook without a record to each record without a notebook."""
    alone = [c for c in candidates if RECORD_FILE in c.files]
    bare = [c for c in candidates if not c.counts and not c.why_not]
    notebook = max(bare, key=lambda c: c.key, default=None)
    for candidate in candidates:
        if candidate in alone:
            if notebook:
                candidate.files = {**notebook.files, **candidate.files}
            yield candidate
        elif candidate not in bare or not alone:
            yield candidate


def _path(info: zipfile.ZipInfo) -> str:
    """Return a file's path in a ZIP. Some programs write UTF-8 and do not say so."""
    if info.flag_bits & 0x800:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return info.filename


def _leads_out(path: str) -> bool:
    return bool(_PLACE.search(path))


def _unsafe(info: zipfile.ZipInfo, path: str) -> str:
    """Say why a file in a ZIP is not opened; empty if it may be."""
    mode = info.external_attr >> 16
    if _leads_out(path) or _leads_out(info.orig_filename):
        return "its name leads out of the ZIP, or holds a backslash"
    if mode and stat.S_IFMT(mode) not in {0, stat.S_IFREG}:
        return "it is a link" if stat.S_ISLNK(mode) else "it is not a plain file"
    if info.flag_bits & 1:
        return "it is encrypted"
    packed = max(info.compress_size, 1)
    if info.file_size > _RATIO_FROM and info.file_size / packed > _MAX_RATIO:
        return f"it is packed {info.file_size / packed:,.0f} times smaller than it is: a ZIP bomb"
    return ""


def _packed(info: zipfile.ZipInfo) -> str:
    return "{:04}-{:02}-{:02} {:02}:{:02}:{:02}".format(*info.date_time)


def _digest(files: dict[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, raw in sorted(files.items()):
        digest.update(f"{name} {len(raw)} ".encode() + raw)
    return digest.hexdigest()


def _digest_of(place: Path, module: str) -> str:
    """Return the digest of a submission that is there, whichever way it came."""
    files = {}
    for name in (f"{module}.ipynb", RECORD_FILE, TIMESTAMP_FILE):
        try:
            raw = read_plain(place / name, MAX_NOTEBOOK_BYTES)
        except RecordError:
            return ""
        if raw is not None:
            files[name] = raw
    return _digest(files)


def _before(place: Path) -> _Before:
    """Read ``collected.json``, which in what came from the exchange may be a student's own."""
    try:
        data = read_json(place / SOURCE_FILE) or {}
    except RecordError:
        return _Before()
    texts = [data.get(key) for key in ("platform", "sha256", "packed")]
    platform, sha256, packed = (text if isinstance(text, str) else "" for text in texts)
    order, earlier = data.get("order"), data.get("earlier")
    return _Before(
        platform,
        sha256,
        order if isinstance(order, int) else 0,
        packed,
        tuple(filter(_is_text, earlier)) if isinstance(earlier, list) else (),
    )


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _time_of(place: Path) -> datetime | None:
    try:
        raw = read_plain(place / TIMESTAMP_FILE, 1000)
        return parse_timestamp(raw) if raw else None
    except (RecordError, ValueError):
        return None


def _claims(notebook: dict[str, Any]) -> str:
    """Return the id that the student typed where the file was made, if any."""
    metadata = notebook.get("metadata")
    ours = metadata.get(NOTEBOOK_KEY) if isinstance(metadata, dict) else None
    claimed = ours.get("student") if isinstance(ours, dict) else None
    return claimed.strip() if isinstance(claimed, str) else ""


def _shown(text: str) -> str:
    return visible(text[:100])
