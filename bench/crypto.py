"""How fast the cryptography is, beside the bare operations it is made of.

python bench/crypto.py [seconds per line]
"""

import sys
import time
from collections.abc import Callable
from pathlib import Path

from peer_review.protocol.row_length import row_length

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import rfc8785
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from peer_review.protocol import ballots
from peer_review.protocol.credentials import Credential, new_master
from peer_review.protocol.papers import Paper
from zhengyan_crypto import blindsig, canonical, merkle, sealing

ROUND, CELL = "0123456789abcdef" * 2, "0123456789abcdef"
PAPER = Paper(kind="rating", criteria=tuple((key, 2500) for key in ("virtue", "ability", "diligence", "results")))
PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA384()), salt_length=48)


def rate(work: Callable[[], object], seconds: float) -> float:
    """Return how often a second `work` runs, the best of three stretches."""
    work()
    best = 0.0
    for _ in range(3):
        count, start = 0, time.perf_counter()
        while (passed := time.perf_counter() - start) < seconds / 3:
            work()
            count += 1
        best = max(best, count / passed)
    return best


def main(seconds: float) -> None:
    """Measure and print."""
    key = blindsig.generate_key()
    public = key.public_key()
    credential = Credential(new_master(), ROUND, CELL)
    blinded = credential.blind(public).blinded
    token = credential.finalize(public, blindsig.blind_sign(key, blinded))
    cast = credential.make_cast(dict.fromkeys(PAPER.keys, 90), token=token, revision=1)
    entry = cast["entry"]
    cells = {CELL: blindsig.encode_spki(key)}
    plain = canonical.dumps(cast)
    signature = ballots.b64u_decode(entry["sig"])
    message = ballots.ballot_message(entry["ballot"])
    box = sealing.generate_box_key()
    box_public, private = box.public_key().public_bytes_raw(), box.private_bytes_raw()
    papers = dict.fromkeys(cells, PAPER)
    length = row_length([PAPER])
    row = sealing.seal(plain, box_public=box_public, round_id=ROUND, length=length)
    epk = sealing.ephemeral_public(row)
    content = sealing.content_key(private, epk, round_id=ROUND)
    receipt_key = ballots.generate_receipt_key()
    leaf = merkle.leaf_hash(canonical.dumps(entry))
    leaves = [merkle.leaf_hash(i.to_bytes(4, "big")) for i in range(10_000)]
    bare_cipher = ChaCha20Poly1305(content)

    lines: list[tuple[str, Callable[[], object]]] = [
        ("RSA-2048 key for one cell", blindsig.generate_key),
        ("blind signature (CRT, base blinding, recheck)", lambda: blindsig.blind_sign(key, blinded)),
        ("  beside: RSA-PSS signature by cryptography", lambda: key.sign(b"m", PSS, hashes.SHA384())),
        ("token verified", lambda: blindsig.verify(public, credential.message, token)),
        (
            "  beside: RSA-PSS verification by cryptography",
            lambda: public.verify(token, credential.message, PSS, hashes.SHA384()),
        ),
        (
            "cast checked whole",
            lambda: ballots.check_cast(cast, round_id=ROUND, cells=cells, papers=papers),
        ),
        (
            "  beside: Ed25519 verification by cryptography",
            lambda: credential.signing_key.public_key().verify(signature, message),
        ),
        ("receipt signed", lambda: ballots.sign_receipt(receipt_key, round_id=ROUND, leaf=leaf)),
        ("  beside: Ed25519 signature by cryptography", lambda: receipt_key.sign(message)),
        (
            "ballot sealed",
            lambda: sealing.seal(plain, box_public=box_public, round_id=ROUND, length=length),
        ),
        (
            "  beside: X25519 key pair and exchange by cryptography",
            lambda: X25519PrivateKey.generate().exchange(box.public_key()),
        ),
        ("content key derived (scrutineer)", lambda: sealing.content_key(private, epk, round_id=ROUND)),
        ("row opened (server)", lambda: sealing.open_row(row, content, round_id=ROUND)),
        (
            "  beside: ChaCha20-Poly1305 by cryptography",
            lambda: bare_cipher.decrypt(bytes(12), row[32:], ROUND.encode()),
        ),
        ("canonical JSON of a cast", lambda: canonical.dumps(cast)),
        ("  beside: the package rfc8785", lambda: rfc8785.dumps(cast)),
        ("strict parse of a cast", lambda: canonical.loads(plain)),
        ("tree over 10,000 leaves", lambda: merkle.root(leaves)),
    ]
    print(f"gmpy2 {'in use' if blindsig.gmpy2 else 'not installed'}; one sealed row has {length} bytes")
    print(f"{'':56}{'per second':>12}{'each, µs':>12}")
    for name, work in lines:
        found = rate(work, seconds)
        print(f"{name:56}{found:12,.0f}{1e6 / found:12,.1f}")


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0)
