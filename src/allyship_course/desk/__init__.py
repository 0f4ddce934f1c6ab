"""What an instructor does around grading: the completion table, the demo class."""

from .table import completion_table

__all__ = ["completion_table"]
