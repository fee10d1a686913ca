"""Blind signatures, sealing, canonical JSON, Merkle tree: everything a ballot rests on, without Django.

Each module raises the named errors of `errors`, whose `code` and `status` are those of the protocol.
"""
