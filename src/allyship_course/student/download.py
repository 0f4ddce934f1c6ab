"""Handing in from a notebook in the browser, where there is no exchange: one file to download.

The file is that of the website and of ``allyship submit``: a notebook with the completion record
in its metadata.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anywidget
import traitlets

from ..form import STYLE, template
from ..form.bundle import bundle
from ..spec import SpecError
from ..store.files import RecordError
from .hand_in import for_upload, in_words, prepare


class DownloadWidget(anywidget.AnyWidget):
    """Shows what would be handed in of the module in ``folder``, and makes the file.

    Neither is a trait: traits are saved in the notebook.
    """

    _esm = bundle(Path(__file__).with_name("download.mjs"))
    _css = STYLE
    download_html = traitlets.Unicode().tag(sync=True)

    def __init__(self, folder: Path) -> None:
        super().__init__(
            download_html=template(Path(__file__).with_name("download.html.jinja")).render()
        )
        self._folder = folder
        self.on_msg(self._answer)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        shown = super()._repr_mimebundle_(**kwargs)
        if shown is not None:
            shown[0]["text/plain"] = "Your submission (run this notebook to see it)"
        return shown

    def _answer(self, _widget: object, content: Mapping[str, Any], _buffers: object) -> None:
        try:
            work = prepare(self._folder)
            if content["type"] == "show":
                reply = {"words": "\n".join(in_words(work)).strip()}
            else:
                raw = for_upload(work, str(content["student"]))
                reply = {"name": f"{work.module.module}.ipynb", "text": raw.decode()}
        except (RecordError, SpecError, OSError) as e:
            reply = {"trouble": f"{e}."}
        self.send(reply)


def submission() -> DownloadWidget:
    """Offer the submission of the module in whose folder this notebook runs as a file."""
    return DownloadWidget(Path.cwd())
