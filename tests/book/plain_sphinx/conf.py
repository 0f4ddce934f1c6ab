"""The book's configuration for Sphinx alone: what Jupyter Book 1 adds to _config.yml, written out.

It belongs into ``book/``. Decision 32 says when it goes there, in Jupyter Book's place.
"""

from __future__ import annotations

from pathlib import Path

import yaml

_SETTINGS = yaml.safe_load((Path(__file__).parents[1] / "_config.yml").read_text("utf-8"))

globals().update(_SETTINGS["sphinx"]["config"])
extensions = [
    name for name in _SETTINGS["sphinx"]["config"]["extensions"] if name != "jupyter_book"
]
author = _SETTINGS["author"]
project_copyright = _SETTINGS["copyright"]
exclude_patterns = ["**.ipynb_checkpoints", ".DS_Store", "Thumbs.db", "_build"]
external_toc_exclude_missing = _SETTINGS["only_build_toc_files"]
external_toc_path = "_toc.yml"
myst_enable_extensions = ["colon_fence", "dollarmath", "linkify", "substitution", "tasklist"]
myst_url_schemes = ["mailto", "http", "https"]
nb_execution_mode = _SETTINGS["execute"]["execute_notebooks"]
nb_output_stderr = _SETTINGS["execute"]["stderr_output"]
numfig = True
suppress_warnings = ["myst.domains"]
