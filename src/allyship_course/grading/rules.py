"""What a configuration says of late and repeated submissions, read without nbgrader's converters.

nbgrader reads these settings by the classes of its steps, and those load nbconvert and a Jupyter
server: more than half of what a command needs to start. Here are the settings alone.
"""

from __future__ import annotations

import math
from typing import TypeVar

from nbgrader.plugins import BasePlugin, LateSubmissionPlugin
from traitlets import Bool, Dict, Enum, Float, Type
from traitlets.config import Config, Configurable, LoggingConfigurable

from .folder import quiet
from .gradebook import Rules


class Resubmission(Configurable):
    """Which result stays when somebody hands in again."""

    resubmission = Enum(
        ("last", "best"),
        default_value="last",
        help="Whether an exercise that was complete may become open again by handing in again.",
    ).tag(config=True)


class Extensions(Configurable):
    """More time for some."""

    extensions = Dict(
        help="Until when (UTC) one student may hand in, by assignment and student."
    ).tag(config=True)


class Lateness(Extensions, LoggingConfigurable):
    """The setting of nbgrader's ``AssignLatePenalties``, with our own of ``LatePenalties``."""

    plugin_class = Type(LateSubmissionPlugin, klass=BasePlugin).tag(config=True)


class Unlisted(Configurable):
    """The setting of nbgrader's ``Autograde`` for a student who is in no class list."""

    create_student = Bool(default_value=True).tag(config=True)


class LossPerDay(BasePlugin):
    """What lateness costs by ``late`` in ``course.yml``: percent of the score, a day begun each."""

    per_day = Float(help="Percent of the score for each day begun.").tag(config=True)
    at_most = Float(100.0, help="The most that is lost, in percent.").tag(config=True)
    grace_hours = Float(0.0, help="Hours that cost nothing.").tag(config=True)

    def late_submission_penalty(
        self, _student_id: str, score: float, total_seconds_late: float
    ) -> float | None:
        late = total_seconds_late - self.grace_hours * 3600
        if late <= 0:
            return None
        percent = min(self.per_day * math.ceil(late / 86400), self.at_most)
        return score * float(percent) / 100


def rules_of(config: Config) -> Rules:
    """Return what a course's configuration says about late and repeated submissions."""
    late = _configured(Lateness, config, "AssignLatePenalties", "LatePenalties", log=quiet())
    plugin = late.plugin_class(parent=late)
    resubmission = _configured(Resubmission, config, "SaveCompletion").resubmission
    return Rules(
        plugin.late_submission_penalty,
        resubmission == "best",
        _configured(Unlisted, config, "Autograde").create_student,
        (
            resubmission,
            late.plugin_class.__name__,
            repr({t: getattr(plugin, t) for t in sorted(plugin.trait_names(config=True))}),
        ),
        late.extensions,
    )


_Kind = TypeVar("_Kind", bound=Configurable)


def _configured(kind: type[_Kind], config: Config, *sections: str, **more: object) -> _Kind:
    """Set up a class of this file from nbgrader's sections; a later section goes before."""
    whole = Config()
    for section in sections:
        whole.merge(config[section])
    settings = {name: whole[name] for name in kind.class_trait_names(config=True) if name in whole}
    made: _Kind = kind(config=Config({**config, kind.__name__: settings}), **more)
    return made
