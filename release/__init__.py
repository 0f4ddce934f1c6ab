"""What makes a release of the package, checks it and tries it: ``make dist``.

The programs that check it are pinned with hashes in ``tools.lock``, apart from the course's own
environment, which needs none of them.
"""
