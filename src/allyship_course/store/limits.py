"""How large, how many, how deep: the limits of what a student hands in. The one list of them.

What a platform's ZIP or one message of the exchange may hold as a whole stands where it is read.
"""

from __future__ import annotations

MAX_RECORD_BYTES = 1_000_000
"""The longest file that says what is complete, and any JSON file of which nothing else is said."""
MAX_NOTEBOOK_BYTES = 10_000_000
"""One of ours has a megabyte, with all that it shows. In memory each byte may become ten."""
MAX_JSON_DEPTH = 20
MAX_JSON_PARTS = 250_000
"""Values in a stranger's JSON: each takes up to some hundred bytes of memory, 2 bytes of a file."""
MAX_FILES = 1000
"""Files and folders in the folder of a module that is handed in."""
MAX_DEPTH = 10
"""Folders inside one another in that folder."""
MAX_WORDS = 10_000_000
"""Words that a record may claim for one answer."""
MAX_NOTE = 3_000_000
"""The characters of a note that are shown to the instructor."""
MAX_ID = 128
"""The longest student id that nbgrader's gradebook holds."""
