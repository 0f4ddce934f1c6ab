"""What is kept of a learner, and what is handed in.

``files`` reads within limits and writes in one step, ``record`` is completion.json, ``journal`` the
learner's own answers, ``transfer`` the journal as one file, ``submission`` what was handed in.
"""
