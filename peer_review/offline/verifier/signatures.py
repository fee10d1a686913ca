"""Signatures, tokens and the hashes of entries."""

import hashlib

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from peer_review.offline.verifier.encoding import canonical

TOKEN_PADDING = padding.PSS(mgf=padding.MGF1(hashes.SHA384()), salt_length=48)


def signed(public_key: bytes, signature: bytes, message: bytes) -> bool:
    """Return whether an Ed25519 signature holds."""
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def leaf_of(entry: object) -> bytes:
    """Return the leaf hash of an entry."""
    return hashlib.sha256(b"\x00" + canonical(entry)).digest()
