"""Ed25519 signature over the manifest, which pins the rest."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import TYPE_CHECKING

from wa_forensics.case import manifest
from wa_forensics.case.folder import write_file
from wa_forensics.case.records import pretty
from wa_forensics.errors import SettingsError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey


def load_private_key(path: Path) -> Ed25519PrivateKey:
    """An unencrypted Ed25519 private key in PEM or OpenSSH form; SettingsError when it is none."""
    _require_library("--sign")
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    data = _read_key(path, "--sign")
    load = serialization.load_ssh_private_key if b"OPENSSH" in data else serialization.load_pem_private_key
    try:
        key = load(data, None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        advice = "Give an Ed25519 key in PEM form without a passphrase (openssl genpkey -algorithm ed25519)."
        raise SettingsError(f"--sign {path}", "this is no private key that can be used", advice) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise SettingsError(
            f"--sign {path}", "this key is not Ed25519", "openssl genpkey -algorithm ed25519 makes one."
        )
    return key


def load_public_key(path: Path) -> Ed25519PublicKey:
    """An Ed25519 public key in PEM or OpenSSH form; SettingsError when it is none."""
    _require_library("--key")
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    data = _read_key(path, "--key")
    load = serialization.load_ssh_public_key if data.startswith(b"ssh-") else serialization.load_pem_public_key
    try:
        key = load(data)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise SettingsError(
            f"--key {path}", "this is no public key", "Give the signer's public key in PEM form."
        ) from error
    if not isinstance(key, Ed25519PublicKey):
        raise SettingsError(
            f"--key {path}", "this key is not Ed25519", "Give the public half of the key that signed it."
        )
    return key


def sign(folder: Path, key: Ed25519PrivateKey) -> None:
    """Sign the manifest as it stands."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    raw = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    content = {
        "algorithm": "Ed25519",
        "signed": manifest.FILE,
        "public_key": base64.b64encode(raw).decode(),
        "signature": base64.b64encode(key.sign((folder / manifest.FILE).read_bytes())).decode(),
    }
    write_file(folder / manifest.SIGNATURE, pretty(content))


def check(folder: Path, key: Ed25519PublicKey | None) -> tuple[str | None, str]:
    """(what is wrong or None, a note): the signature against ``key``, or against the key it brings itself."""
    path = folder / manifest.SIGNATURE
    if not path.exists():
        return ("there is no signature" if key else None), "not signed"
    _require_library("--key")
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        content = json.loads(path.read_bytes())
        brought = base64.b64decode(content["public_key"], validate=True)
        signature = base64.b64decode(content["signature"], validate=True)
        (key or Ed25519PublicKey.from_public_bytes(brought)).verify(signature, (folder / manifest.FILE).read_bytes())
    except InvalidSignature:
        return "the signature does not fit the manifest and the key", "signature wrong"
    except (OSError, ValueError, LookupError, TypeError):
        return "the signature file cannot be read", "signature unreadable"
    if key is None:
        return None, "signed, but by whom is not known: pass --key with the signer's public key"
    return None, "signed with the given key"


def _read_key(path: Path, option: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        problem = f"the key cannot be read ({error.strerror})"
        raise SettingsError(f"{option} {path}", problem, "Check its path and permissions.") from error


def _require_library(option: str) -> None:
    from importlib.util import find_spec

    if find_spec("cryptography") is None:
        raise SettingsError(
            option, "signatures need the cryptography package", "Install it: pip install 'wa-forensics[sign]'."
        )
