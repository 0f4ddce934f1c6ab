"""The course's key pair: the platform knows the public half, and nobody the private one."""

from __future__ import annotations

import json
import os
import stat
import warnings
from pathlib import Path
from typing import NamedTuple

from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import RSAKey

from ...store.files import replace_file
from ..course import place, written
from .settings import KEY_FILE, LtiError

ALGORITHM = "RS256"
"""The one that every platform takes."""
_BITS = 2048
_MOST_BYTES = 20_000
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def key_file(course: Path) -> Path:
    """Return where a course's private key is, or is to be.

    The rest of ``lti`` in ``course.yml`` may be missing: platforms ask for the public half first.
    """
    given = written(course).get("lti")
    named = given.get("key") if isinstance(given, dict) else None
    return place(course, named if isinstance(named, str) and named else KEY_FILE)


class Made(NamedTuple):
    """The files of a new pair."""

    private: Path
    public: Path


def make_key(file: Path) -> Made:
    """Write a new private key to ``file``, for its owner only, and the public half beside it.

    Raises LtiError if there is one: the platform would not know the new one.
    """
    if file.exists():
        raise LtiError(
            f"{file} is there already, and the platform knows its other half. Nothing was made. "
            "For a new pair, move it away first, then give the platform the new public key"
        )
    key = RSAKey.generate_key(_BITS, private=True)
    public = public_of(file)
    try:
        replace_file(public, _public(key), mode=0o644)
        replace_file(file, key.as_pem(private=True))
    except OSError as e:
        raise LtiError(f"the key can't be written to {file.parent}: {e.strerror}") from None
    return Made(file, public)


def public_of(file: Path) -> Path:
    """Return where the public half of a private key is written."""
    return file.with_name(f"{file.stem}.public.json")


def _public(key: RSAKey) -> bytes:
    """Return the public half as a key set, as platforms fetch it from an address."""
    public = key.as_dict(private=False, use="sig", alg=ALGORITHM, kid=key.thumbprint())
    return (json.dumps({"keys": [public]}, indent=1) + "\n").encode()


def read_key(file: Path) -> RSAKey:
    """Read a private key. Raises LtiError unless its owner alone may read the file."""
    try:
        with file.open("rb") as f:
            found = os.fstat(f.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise LtiError(f"{file} is no file with a key. Nothing was sent")
            # Windows has no such bits.
            if os.name == "posix" and stat.S_IMODE(found.st_mode) & _OTHERS:
                raise LtiError(
                    f"others on this machine may read the private key {file} (mode "
                    f"{stat.S_IMODE(found.st_mode):04o}). Nothing was sent. Close it with: "
                    f"chmod 600 '{file}'. If somebody may have copied it, move it away and make "
                    "a new one with: allyship lti key"
                )
            raw = f.read(_MOST_BYTES)
    except FileNotFoundError:
        raise LtiError(
            f"there is no private key {file}. Nothing was sent. Make one with: allyship lti key"
        ) from None
    except OSError as e:
        raise LtiError(f"the private key {file} can't be read: {e.strerror}") from None
    return _parsed(raw, file)


def _parsed(raw: bytes, file: Path) -> RSAKey:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)  # of a short key, which is said below
            key = RSAKey.import_key(raw)
    except (JoseError, ValueError, TypeError):
        key = None
    if key is None or not key.is_private or key.as_dict()["kty"] != "RSA":
        raise LtiError(
            f"{file} holds no private RSA key in PEM without a passphrase. Nothing was sent. "
            "Make one with: allyship lti key"
        )
    if key.private_key is None or key.private_key.key_size < _BITS:
        raise LtiError(
            f"the key in {file} is shorter than {_BITS} bits, which platforms refuse. Nothing was "
            "sent. Move it away, and make a new one with: allyship lti key"
        )
    return key
