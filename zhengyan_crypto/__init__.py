"""Blind signatures, sealing, canonical JSON, Merkle tree, secret sharing: standards, without Django.

Each module raises the named errors of `errors`, whose `code` and `status` are those of the protocol.
"""
