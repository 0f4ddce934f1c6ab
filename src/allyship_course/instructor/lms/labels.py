"""What a column is called: words compared without case, spaces and signs, in many languages.

``moodle_labels.csv`` holds the words of Moodle's own language packs (the strings ``recordid``,
``hiddenuser``, ``maxgrade``, ``scale``, ``gradecanbechanged`` and ``lastmodifiedgrade`` of
``mod_assign``; ``fullname``, ``firstname``, ``lastname``, ``idnumber``, ``username``, ``email`` and
``no`` of the core; ``gradenoun``, ``real``, ``coursetotal`` and ``categorytotalfull`` of
``core_grades``). They were read in public copies of the packs: projectestac/moodle-langpacks
@6340d35, kerjaindonesia/lang-pack @fc30cf6 (Indonesian), sistemas-internos/moodledata @a8c287c
(Portuguese of Brazil), martinliao/kmsh (traditional Chinese). " | " separates several words of one
meaning, and "*" stands for any name. Canvas does not translate its headings
(``lib/gradebook_exporter.rb``); Brightspace takes in English ones only (its article 3538).
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import NamedTuple

# A field of a student, and what Moodle's table calls it.
_PERSON = {
    "name": "full name",
    "first_name": "first name",
    "last_name": "last name",
    "number": "id number",
    "username": "username",
    "email": "email",
}
_WORKSHEET = ("identifier", "grade", "maximum", "scale", "can be changed", "grade modified")

# What people call the columns of their own lists, beside the words of Moodle's packs.
_OWN: dict[str, str] = {
    "id": "id, student id, student",
    "lms_id": "lms id, lms user id, canvas id, canvas user id",
    "username": "username, user name, login, login id, sis login id, net id, user id",
    "number": "number, student number, student no, id number, sis id, sis user id, "
    "orgdefinedid, matriculation number, matrikelnummer, matrikelnr, numéro étudiant, "
    "numéro d'étudiant, número de matrícula, matrícula, studentnummer, studienummer, 学籍番号",
    "email": "email, mail, email address, correo electrónico, correo, courriel, e-mailadresse",
    "first_name": "first name, first names, given name, given names, forename, student first, "
    "student first name, student first middle, vorname, prénom, nombres, voornaam",
    "last_name": "last name, last names, surname, family name, student last, student last name, "
    "nachname, familienname, nom, nom de famille, apellido, apellidos, cognome, achternaam",
    "name": "name, full name, student name, display name, student full name, 氏名",
}
# In many languages the word for "name" is a family's name where another column has first names.
FAMILY_NAMES = {"name", "nom", "naam", "navn", "namn", "nimi", "nome"}


def label(text: str) -> str:
    """Return a heading for comparing: its letters and digits only, in one form and one case."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


class Language(NamedTuple):
    """The words of one language of Moodle's, by what they mean."""

    name: str
    words: dict[str, frozenset[str]]
    patterns: dict[str, tuple[str, ...]]

    def person(self) -> Iterator[tuple[str, str]]:
        """Yield each word for something about a person, and the field of a student that it is."""
        for field, meaning in _PERSON.items():
            for word in self.words[meaning]:
                yield word, field

    def known(self, labels: Iterable[str]) -> int:
        """Return how many of the labels are words of this language."""
        meanings = {*_PERSON.values(), *_WORKSHEET}
        every = {word for meaning in meanings for word in self.words[meaning]}
        if self.name == "English":
            every |= {*_own_words()}
        return sum(word in every for word in labels)


@cache
def languages() -> tuple[Language, ...]:
    """Return all languages of the table; English is the first."""
    text = (files(__package__) / "moodle_labels.csv").read_text("utf-8")
    return tuple(_language(row) for row in csv.DictReader(text.splitlines()))


def _language(row: dict[str, str]) -> Language:
    name = row.pop("language")
    patterns = {meaning: tuple(text.split(" | ")) for meaning, text in row.items() if text}
    words = {
        meaning: frozenset(filter(None, map(label, text.split(" | "))))
        for meaning, text in row.items()
    }
    return Language(name, words, patterns)


@cache
def _own_words() -> dict[str, str]:
    return {label(word): field for field, words in _OWN.items() for word in words.split(",")}


def language_of(labels: Collection[str]) -> Language:
    """Return the language of which most labels are words; English if there is none."""
    return max(languages(), key=lambda language: language.known(labels))


@cache
def _of_one_meaning() -> dict[str, str]:
    """Return the words that name the same field in all languages that have them."""
    meanings: dict[str, set[str]] = {}
    for language in languages():
        for word, field in language.person():
            meanings.setdefault(word, set()).add(field)
    return {word: fields.pop() for word, fields in meanings.items() if len(fields) == 1}


def fields_of(labels: Collection[str]) -> dict[str, str]:
    """Return for each word that headings may be, which field of a student it names."""
    return _of_one_meaning() | _own_words() | dict(language_of(labels).person())


def worksheet_language(labels: Collection[str], *, has_participants: bool) -> Language | None:
    """Return in which language these are the headings of Moodle's grading worksheet.

    Where a column holds participants, it need not be called as in our copy of the packs.
    """
    there = {*labels}
    fits = [
        language
        for language in languages()
        if (has_participants or there & language.words["identifier"])
        and there & language.words["grade"]
        and any(there & language.words[w] for w in ("maximum", "scale", "grade modified"))
    ]
    return max(fits, key=lambda language: language.known(there), default=None)


@cache
def _participants() -> frozenset[str]:
    return frozenset().union(*(language.words["participant"] for language in languages()))


def is_participant(text: str) -> bool:
    """Tell whether a text is a word for a participant, in any language, without the number."""
    return label(text) in _participants()
