"""JSON, base64url and hexadecimal, each in its one spelling; a refusal in two languages."""

import base64
import json
import re
from decimal import Decimal
from typing import Any, NoReturn

MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 16


class Fault(Exception):
    """A check that does not hold, in English and Chinese."""

    def __init__(self, english: str, chinese: str) -> None:
        super().__init__(english)
        self.english, self.chinese = english, chinese


def parse(data: bytes) -> object:
    """Return the value of strict JSON: no duplicate key, no float, no true, false or null."""

    def pairs(items: list[tuple[str, object]]) -> dict[str, object]:
        if len(value := dict(items)) != len(items):
            raise ValueError("duplicate key")
        return value

    def refuse(text: str) -> NoReturn:
        raise ValueError("not an integer")

    def integer(text: str) -> int:
        if len(text) > 17:
            raise ValueError("integer too long")
        return int(text)

    def inspect(value: object, depth: int) -> None:
        if type(value) is str:
            value.encode("utf-8")
        elif type(value) is int:
            if abs(value) > MAX_INTEGER:
                raise ValueError("integer too large")
        elif depth and type(value) is list:
            for item in value:
                inspect(item, depth - 1)
        elif depth and type(value) is dict:
            for key, item in value.items():
                key.encode("ascii")
                inspect(item, depth - 1)
        else:
            raise ValueError("nested too deeply, or true, false or null")

    try:
        value: object = json.loads(
            data.decode("utf-8"), object_pairs_hook=pairs, parse_float=refuse, parse_constant=refuse, parse_int=integer
        )
        inspect(value, MAX_DEPTH)
    except (ValueError, RecursionError) as error:
        raise Fault(f"not strict JSON ({error})", "不是严格的 JSON") from error
    return value


def parse_terms(data: bytes) -> object:
    """Return the value of JSON that nobody signs: the frozen scheme, published figures. Decimals stay exact."""
    try:
        value: object = json.loads(data.decode("utf-8"), parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        raise Fault(f"not JSON ({error})", "不是 JSON") from error
    return value


def canonical(value: object) -> bytes:
    """Return the canonical text (RFC 8785) of a value that parse() let through."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode("utf-8")


def unbase64(text: object, length: int | None = None) -> bytes:
    """Return the bytes of base64url without padding, in its one spelling."""
    if isinstance(text, str) and re.fullmatch(r"[A-Za-z0-9_-]*", text) and len(text) % 4 != 1:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        respelled = base64.urlsafe_b64encode(data).rstrip(b"=").decode()
        if respelled == text and length in (None, len(data)):
            return data
    raise Fault("a value is not base64url of the right length", "有数据不是规定长度的 base64url")


def unhex(text: object, length: int) -> bytes:
    """Return the bytes of lower-case hexadecimal."""
    if not isinstance(text, str) or not re.fullmatch(rf"[0-9a-f]{{{2 * length}}}", text):
        raise Fault("a value is not hexadecimal of the right length", "有数据不是规定长度的十六进制")
    return bytes.fromhex(text)


def fields(value: object, *names: str, version: int = 1) -> dict[str, Any]:
    """Return value if it is an object with exactly these fields and, where it has one, this version."""
    if type(value) is not dict or set(value) != set(names):
        raise Fault(f"expected exactly the fields {', '.join(names)}", f"字段应恰好为 {'、'.join(names)}")
    if "v" in names and (type(value["v"]) is not int or value["v"] != version):
        raise Fault("an unknown version", "版本不明")
    return value


def listed(value: object) -> list[Any]:
    """Return value if it is a list."""
    if type(value) is not list:
        raise Fault("expected a list", "应为列表")
    return value
