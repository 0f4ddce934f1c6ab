"""Names of earlier releases, which hubs import. They go after two releases."""

from ..exchange import ADDRESS

__all__ = ["ADDRESS"]
