"""The field types: the one list of them. Each is one class; :mod:`.field` says what it must tell.

They lie in three files by what an answer is: ``chosen.py``, ``arranged.py`` and ``written.py``.
"""

from __future__ import annotations

from typing import Annotated, Any, Union, get_args

from pydantic import Field, GetCoreSchemaHandler
from pydantic_core import CoreSchema

from .arranged import Order, Sort
from .chosen import Choice, Choices, Mark, Recall, Scale
from .field import FieldType
from .written import Date, Line, Rows, TextField

FIELD_TYPES: dict[str, type[FieldType]] = {
    get_args(shape.model_fields["type"].annotation)[0]: shape
    for shape in (Choice, Choices, Scale, Sort, Order, TextField, Line, Date, Rows, Mark, Recall)
}


class _ByItsType:
    """Lets ``type`` say which of the field types a field is."""

    def __get_pydantic_core_schema__(
        self, _source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        types: Any = Union[tuple(FIELD_TYPES.values())]  # noqa: UP007 - of a tuple there is no "|"
        return handler.generate_schema(Annotated[types, Field(discriminator="type")])


AnyField = Annotated[FieldType, _ByItsType()]
