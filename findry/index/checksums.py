"""Checksums of stored bytes: of whole files, and of the blocks of an array, so that a part can be checked alone."""

from __future__ import annotations

__all__ = ["BLOCK", "DIGITS", "block_sums", "file_sum", "same"]

from hashlib import blake2b

from xxhash import xxh3_64_hexdigest, xxh3_128

BLOCK = 1 << 18
DIGITS = 16


def file_sum(raw: bytes | memoryview) -> str:
    """The checksum of a small file, 32 hex digits (xxh3, 128 bits)."""
    return xxh3_128(raw).hexdigest()


def block_sums(raw: bytes | memoryview) -> str:
    """The checksums of the blocks of 256 KiB of an array, 16 hex digits each, one after another.

    >>> len(block_sums(bytes(300_000))) // DIGITS
    2
    """
    return "".join(xxh3_64_hexdigest(raw[start : start + BLOCK]) for start in range(0, len(raw), BLOCK))


def same(raw: bytes | memoryview, checksum: str) -> bool:
    """Whether bytes have a checksum of `file_sum`, or one of format 1 (blake2b, 16 bytes, marked ``b2:``)."""
    if checksum.startswith("b2:"):
        return blake2b(raw, digest_size=16).hexdigest() == checksum.removeprefix("b2:")
    return file_sum(raw) == checksum
