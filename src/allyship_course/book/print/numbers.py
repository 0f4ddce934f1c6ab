"""What an exercise answers, taken away from beside the question and put under numbers.

On paper nobody can be asked to look away. So what a choice leads to, the later steps of a case,
our reasoning and our own answers stand in a part of their own at a module's end, as in a game
book: each choice sends to a number. Two answers to one question never have numbers next to each
other, and the numbers are the same whenever the same module is printed.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ...form.replies import replies
from ...spec import END, Exercise, Module

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

_SAYS = {"gains": "gains:", "pays": "pays:", "unasked": "was not asked:"}
_GOLDEN = (math.sqrt(5) - 1) / 2


class Numbers:
    """The numbered part of one module. ``first`` is its lowest number."""

    def __init__(self, page: BeautifulSoup, module: Module, first: int = 1) -> None:
        self._page = page
        self._module = module
        self._said = replies(module)
        self._first = first
        self._passages: dict[str, Tag] = {}
        self._references: list[tuple[str, Tag]] = []

    def take(self, form: Tag) -> None:
        """Take out of a form what answers it, and leave numbers in its place."""
        _Taking(self, form, self._module.exercise(str(form["data-exercise"]))).take()

    def said_of(self, exercise: Exercise) -> Mapping[str, Any]:
        said: Mapping[str, Any] = self._said.get(exercise.id, {})
        return said

    def put(self, key: str, *parts: Tag) -> None:
        """Put something under a number."""
        passage = self.tag("div", class_name="passage")
        passage.extend(parts)
        self._passages[key] = passage

    def reference(self, key: str) -> Tag:
        """Return a link to a number."""
        link = self.tag("a", class_name="goto")
        self._references.append((key, link))
        return link

    def tag(self, name: str, *parts: Tag | str, class_name: str = "", **attrs: str) -> Tag:
        if class_name:
            attrs["class"] = class_name
        made = self._page.new_tag(name, attrs=attrs)
        made.extend(parts)
        return made

    def parsed(self, html: str) -> list[Tag]:
        from bs4 import BeautifulSoup

        return list(BeautifulSoup(html, "html.parser").contents)  # type: ignore[arg-type]

    @property
    def last(self) -> int:
        return self._first + len(self._passages) - 1

    @property
    def _numbers(self) -> dict[str, int]:
        return {key: i for i, key in enumerate(shuffled(self._passages), self._first)}

    def of_step(self, exercise: Exercise, step: str) -> str:
        """Return the number of a step of a case; nothing for the first, which has none."""
        return str(self._numbers.get(f"{exercise.id}/step/{step}", ""))

    def part(self) -> Tag | None:
        """Return the numbered part, when all forms of the module have been taken apart."""
        if not self._passages:
            return None
        numbers = self._numbers
        for key, link in self._references:
            link["href"] = f"#no-{numbers[key]}"
            link.string = str(numbers[key])
        title = f"Numbers {self._first} to {self.last}"
        part = self.tag("section", self.tag("h2", title), class_name="numbers")
        part["id"] = f"numbers-{self._module.module}"
        part.append(self.tag("p", "Come here only when a number sends you.", class_name="hint"))
        for key, number in numbers.items():
            passage = self._passages[key]
            passage["id"] = f"no-{number}"
            passage.insert(0, self.tag("p", str(number), class_name="number"))
            part.append(passage)
        return part


def shuffled(keys: Iterable[str]) -> list[str]:
    """Return keys in an order in which those that were neighbours are far apart; always the same.

    By steps of the golden section, which come near a place that was taken later than any other.
    """
    given = [*keys]
    step = max(1, round(len(given) * _GOLDEN))
    while math.gcd(step, len(given)) != 1:
        step += 1
    return [given[i * step % len(given)] for i in range(len(given))]


class _Taking:
    """One form while it is taken apart."""

    def __init__(self, numbers: Numbers, form: Tag, exercise: Exercise) -> None:
        self._numbers = numbers
        self._form = form
        self._exercise = exercise
        self._said = numbers.said_of(exercise)
        self._next = exercise.default_next()
        self._branches = any(len(route["next"]) > 1 for route in exercise.routes())
        self._ids = [step.id for step in exercise.steps]

    def take(self) -> None:
        for field in self._form.select("[data-field]"):
            self._take_field(field)
        for step in self._form.select("[data-step]"):
            self._end_step(step)
        if self._branches:
            for step in self._form.select("[data-step]")[1:]:
                self._numbers.put(self._key("step", step["data-step"]), step.extract())

    def _key(self, *parts: object) -> str:
        return "/".join([self._exercise.id, *map(str, parts)])

    # ------------------------------------------------------------------------ fields

    def _take_field(self, field: Tag) -> None:
        said = self._said.get("fields", {}).get(field["data-field"], {})
        radios = field.select(":scope > label.ac-option > input[type=radio]")
        answers = field.select("details.ac-all")
        if radios:
            for radio in radios:
                self._take_option(field, radio, said)
        elif answers or said.get("unticked"):
            self._take_answers(field, answers, said)
        for one in answers:
            one.decompose()
        self._take_ours(field, said)

    def _take_option(self, field: Tag, radio: Tag, said: Mapping[str, Any]) -> None:
        """Put what an option leads to under a number of its own."""
        value = str(radio["value"])
        make = self._numbers.tag
        beside = field.select_one(f':scope > .ac-all [data-for="{value}"]')
        parts: list[Tag] = [*beside.extract().contents] if beside else []  # type: ignore[list-item]
        effects = said.get("effects", {}).get(value, [])
        if effects:
            lines = [
                make("li", make("strong", one["who"]), f" {_SAYS[one['kind']]} {one['text']}")
                for one in effects
            ]
            parts.append(make("ul", *lines, class_name="effects"))
        if plainly := said.get("plainly", {}).get(value):
            parts += [make("p", "What happened, plainly", class_name="lead")]
            parts += self._numbers.parsed(plainly)
        step = field.find_parent(attrs={"data-step": True})
        onward = self._onward(field, step, str(radio.get("data-next", "")))
        label = radio.parent
        if label is None:
            return
        if parts:
            key = self._key(field["data-field"], value)
            self._numbers.put(key, make("div", *parts), onward)
            label.extend([" → ", self._numbers.reference(key)])
        elif "data-next" in radio.attrs:
            label.append(onward)

    def _onward(self, field: Tag, step: Tag | None, leads: str) -> Tag:
        """Return where somebody goes on from what an option led to."""
        make = self._numbers.tag
        if step is None or not (leads or _branch_of(step) is field):
            here = "this question" if step is None else "what else is asked there"
            return make("p", f"Back to {here}, in ", self._place(step), ".", class_name="onward")
        onward = self._to_step(leads or self._next[str(step["data-step"])])
        if any(True for _ in field.find_next_siblings(attrs={"data-field": True})):
            first = "First back to what else is asked, in "
            onward.insert(0, self._place(step))
            onward.insert(0, first)
            onward.insert(2, ". Then: ")
        return onward

    def _place(self, step: Tag | None) -> Tag:
        """Return a link to where a step stands: in the exercise, or under a number."""
        if step is not None and self._branches and step["data-step"] != self._ids[0]:
            return self._numbers.reference(self._key("step", step["data-step"]))
        return self._numbers.tag(
            "a", f"“{self._exercise.title}”", class_name="page", href=f"#{self._form['id']}"
        )

    def _to_step(self, step: str) -> Tag:
        make = self._numbers.tag
        if step == END:
            return make("p", "Here this way ends. Back to ", self._place(None), class_name="onward")
        if not self._branches:
            title = next(s.title for s in self._exercise.steps if s.id == step)
            words = f"Go on with “{title}”, in "
            return make("p", words, self._place(None), ".", class_name="onward")
        reference = self._numbers.reference(self._key("step", step))
        return make("p", "Go on at ", reference, ".", class_name="onward")

    def _take_answers(self, field: Tag, answers: list[Tag], said: Mapping[str, Any]) -> None:
        """Put what goes with each card, box or phrase of a field under one number."""
        make = self._numbers.tag
        parts: list[Tag] = []
        for one in answers:
            card = one.find_parent(attrs={"data-card": True})
            if card is None:
                for twice in one.select(".ac-quoted"):
                    twice.decompose()
                parts += one.select("dl")
            else:
                parts.append(self._card_answer(card, one, said))
        if unticked := said.get("unticked"):
            parts += [make("p", "To what you left unticked", class_name="lead")]
            parts += self._numbers.parsed(unticked)
        key = self._key(field["data-field"], "answers")
        step = field.find_parent(attrs={"data-step": True})
        back = make("p", "Back to ", self._place(step), ".", class_name="onward")
        self._numbers.put(key, *parts, back)
        words = "When you have chosen, see what we say: "
        field.append(make("p", words, self._numbers.reference(key), class_name="after"))

    def _card_answer(self, card: Tag, answer: Tag, said: Mapping[str, Any]) -> Tag:
        make = self._numbers.tag
        legend = card.select_one("legend")
        made = make("div", make("p", legend.get_text() if legend else "", class_name="lead"))
        labels = {
            str(radio["value"]): radio.parent.get_text(strip=True)
            for radio in card.select("input[type=radio]")
            if radio.parent
        }
        for pile, html in said.get("replies", {}).get(card["data-card"], {}).items():
            made.append(
                make(
                    "div", make("em", f"{labels[pile]}: "), *self._inside(html), class_name="reply"
                )
            )
        if piles := said.get("piles", {}).get(card["data-card"]):
            words = " or ".join(labels[pile] for pile in piles)
            made.append(make("p", make("em", "Where we would put it: "), f"{words}."))
        made.extend([*answer.select("[data-for]")])
        return made

    def _inside(self, html: str) -> list[Tag]:
        """Return HTML without the paragraph around it, where it is one."""
        [*blocks] = self._numbers.parsed(html)
        if len(blocks) == 1 and getattr(blocks[0], "name", "") == "p":
            return [*blocks[0].contents]  # type: ignore[list-item]
        return blocks

    def _take_ours(self, field: Tag, said: Mapping[str, Any]) -> None:
        make = self._numbers.tag
        parts: list[Tag] = []
        if ours := said.get("ours"):
            parts += [make("p", "Ours", class_name="lead"), *self._numbers.parsed(ours)]
        for other in said.get("others", []):
            quote = make("blockquote", *self._numbers.parsed(other["text"]))
            parts += [quote, make("p", f"— {other['by']}", class_name="by")]
        if not parts:
            return
        key = self._key(field["data-field"], "ours")
        step = field.find_parent(attrs={"data-step": True})
        parts.append(make("p", "Back to ", self._place(step), ".", class_name="onward"))
        self._numbers.put(key, *parts)
        words = "When you have answered, ours: " if said.get("ours") else "What others might say: "
        field.append(make("p", words, self._numbers.reference(key), class_name="after"))

    # ------------------------------------------------------------------------- steps

    def _end_step(self, step: Tag) -> None:
        """Say at a step's end where it goes on, unless its choice does."""
        make = self._numbers.tag
        step_id = str(step["data-step"])
        plainly = self._said.get("steps", {}).get(step_id, {}).get("plainly")
        if plainly:
            key = self._key("plainly", step_id)
            head = make("p", "What happened, plainly", class_name="lead")
            back = make("p", "Back to ", self._place(None), ".", class_name="onward")
            self._numbers.put(key, head, *self._numbers.parsed(plainly), back)
            words = "If your way ends here: what happened, plainly, is at "
            step.append(make("p", words, self._numbers.reference(key), ".", class_name="after"))
        leads = self._next[step_id]
        if self._branches and _branch_of(step) is None:
            step.append(self._to_step(leads))


def _branch_of(step: Tag) -> Tag | None:
    """Return the choice on which the way hangs."""
    radio = step.select_one("input[data-next]")
    return radio.find_parent(attrs={"data-field": True}) if radio else None
