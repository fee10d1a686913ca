"""Shares of the box key: a real browser comes to the same as Python, and refuses what Python refuses."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.e2e.client_server import MODULES, ClientServer, serve_client
from zhengyan_crypto.sharing import Share, combine, decode_share

pytestmark = pytest.mark.browser

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "sharing.json").read_text())["keys"]
LOADED = ("encoding", "curves", "scrutineer", "sharing")
LOAD = f"""async () => {{
    globalThis.zy = {{}};
    for (const url of {json.dumps([MODULES[name] for name in LOADED])}) Object.assign(zy, await import(url));
    zy.fault = async (work) => {{
        try {{ await work(); return null; }} catch (error) {{ return {{ code: error.code, ...error.details }}; }}
    }};
}}"""


@pytest.fixture(scope="module")
def site() -> Iterator[ClientServer]:
    with serve_client() as site:
        yield site


@pytest.fixture
def client(site: ClientServer, page: Page) -> Page:
    page.goto(site.address)
    page.evaluate(LOAD)
    return page


def test_shared_vectors(client: Page) -> None:
    found = client.evaluate(
        """(vectors) => Promise.all(vectors.map(async (vector) => {
            const key = { secret: zy.hexDecode(vector.secret), publicKey: zy.hexDecode(vector.public) };
            const rest = vector.coefficients.map((one) => zy.hexDecode(one));
            const made = await zy.splitKey(key, { ...vector, random: () => rest.shift() });
            const typed = await Promise.all(vector.texts.map((text) => zy.decodeShare(text.toLowerCase())));
            const last = await zy.combineShares(typed.slice(-vector.threshold), key.publicKey);
            const all = await zy.combineShares(typed, key.publicKey);
            return {
                texts: await Promise.all(made.map(zy.encodeShare)),
                secret: zy.hexEncode(last.boxKey.secret),
                wrong: [...last.wrong, ...all.wrong],
                tag: zy.hexEncode(typed[0].tag),
            };
        }))""",
        VECTORS,
    )
    for vector, result in zip(VECTORS, found, strict=True):
        assert result == {
            "texts": vector["texts"],
            "secret": vector["secret"],
            "wrong": [],
            "tag": vector["tag"],
        }


def test_shares_split_in_the_browser_are_combined_in_python(client: Page) -> None:
    made = client.evaluate(
        """async () => {
            const key = await zy.newBoxKey();
            const shares = await zy.splitKey(key, { threshold: 3, shares: 5 });
            const hex = { secret: zy.hexEncode(key.secret), public: zy.hexEncode(key.publicKey) };
            return { ...hex, texts: await Promise.all(shares.map(zy.encodeShare)) };
        }"""
    )
    shares = [decode_share(text) for text in made["texts"]]
    combined = combine([shares[4], shares[0], shares[2]], public=bytes.fromhex(made["public"]))
    assert combined.secret.hex() == made["secret"]


def test_refusals_are_the_same(client: Page) -> None:
    two_of_three, other = VECTORS[1], VECTORS[0]
    share = decode_share(two_of_three["texts"][1])
    forged = Share(share.tag, 2, 2, bytes(32)).encode()
    found: dict[str, Any] = client.evaluate(
        """async ([texts, forged, foreign, publicHex]) => {
            const publicKey = zy.hexDecode(publicHex);
            const combine = (...chosen) => zy.fault(async () =>
                zy.combineShares(await Promise.all(chosen.map(zy.decodeShare)), publicKey));
            const all = await Promise.all([texts[0], forged, texts[2]].map(zy.decodeShare));
            const slip = (texts[0][0] === "0" ? "1" : "0") + texts[0].slice(1);
            return {
                few: await combine(texts[0]),
                twice: await combine(texts[0], texts[0]),
                mixed: await combine(texts[0], foreign),
                pair: await combine(texts[0], forged),
                named: (await zy.combineShares(all, publicKey)).wrong,
                slip: await zy.fault(() => zy.decodeShare(slip)),
                short: await zy.fault(() => zy.decodeShare(texts[0].slice(1))),
                letter: await zy.fault(() => zy.decodeShare("U" + texts[0].slice(1))),
                one_of_one: await zy.fault(async () => zy.splitKey(await zy.newBoxKey(), { threshold: 1, shares: 1 })),
            };
        }""",
        [two_of_three["texts"], forged, other["texts"][0], two_of_three["public"]],
    )
    assert found == {
        "few": {"code": "shares_missing", "missing": 1},
        "twice": {"code": "shares_missing", "missing": 1},
        "mixed": {"code": "shares_mixed"},
        "pair": {"code": "wrong_shares", "suspects": [1, 2]},
        "named": [2],
        "slip": {"code": "bad_share", "checksum": True},
        "short": {"code": "bad_share", "expected": 64, "count": 63},
        "letter": {"code": "bad_share", "position": 1},
        "one_of_one": {"code": "bad_key"},
    }
