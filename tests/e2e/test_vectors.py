"""The client in a real browser comes to the same bytes as Python, with WebCrypto's curves and with the fallback."""

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from peer_review.protocol import ballots, credentials
from peer_review.protocol.bulletin import block_hash
from peer_review.protocol.revisions import MAX_DRAWN_AT, MAX_VERSION, revision_at, write_revision
from tests.e2e.client_server import MODULES, ClientServer, serve_client
from tests.peer_review.protocol.election import CELLS, ROUND, Election, leaf_of
from zhengyan_crypto import blindsig, canonical, merkle, sealing
from zhengyan_crypto.encoding import b64u_decode, b64u_encode

pytestmark = pytest.mark.browser

FOLDER = Path(__file__).parents[1] / "vectors"
RFC9474 = [
    vector
    for name in ("rfc9474_cloudflare.json", "rfc9474_cfrg.json")
    for vector in json.loads((FOLDER / name).read_text())
]
#: When everybody drew, in milliseconds.
DRAWN_AT = 1_790_000_000_000
SHARED = json.loads((FOLDER / "credentials.json").read_text())

# What browsers before Chromium 137 and 133 say when asked for these curves.
WITHOUT_CURVES = """
    const original = SubtleCrypto.prototype.importKey;
    SubtleCrypto.prototype.importKey = function (format, data, algorithm, ...more) {
      const name = algorithm.name ?? algorithm;
      if (["Ed25519", "X25519"].includes(name))
        return Promise.reject(new DOMException("Algorithm: Unrecognized name", "NotSupportedError"));
      return original.call(this, format, data, algorithm, ...more);
    };
"""
LOADED = (
    "encoding",
    "canonical",
    "rsabssa",
    "curves",
    "merkle",
    "revisions",
    "credentials",
    "protocol",
    "bulletin",
    "scrutineer",
)
LOAD = f"""async () => {{
    globalThis.zy = {{}};
    for (const url of {json.dumps([MODULES[name] for name in LOADED])}) Object.assign(zy, await import(url));
    zy.codeOf = async (work) => {{
      try {{ await work(); return null; }} catch (error) {{ return error.code ?? String(error); }}
    }};
}}"""


@pytest.fixture(scope="module")
def site() -> Iterator[ClientServer]:
    with serve_client() as site:
        yield site


@pytest.fixture(scope="module")
def election() -> Election:
    return Election()


@pytest.fixture(params=["native", "fallback"])
def client(request: pytest.FixtureRequest, site: ClientServer, page: Page) -> Page:
    """A page with every module loaded as `zy`, in a new and in an old browser."""
    if request.param == "fallback":
        page.add_init_script(WITHOUT_CURVES)
    page.goto(site.address)
    page.evaluate(LOAD)
    wanted = request.param == "fallback"
    assert page.evaluate("async () => [await zy.usesFallback('Ed25519'), await zy.usesFallback('X25519')]") == [
        wanted,
        wanted,
    ]
    return page


@pytest.fixture
def native(site: ClientServer, page: Page) -> Page:
    """The same where the curves do not matter."""
    page.goto(site.address)
    page.evaluate(LOAD)
    return page


def test_rfc9474_vectors(native: Page) -> None:
    found = native.evaluate(
        """(vectors) => Promise.all(vectors.map(async (vector) => {
            const bytes = (text) => zy.hexDecode(text.replace(/^0x/, ""));
            const number = (text) => BigInt("0x" + text.replace(/^0x/, ""));
            const verifyKey = await crypto.subtle.importKey("jwk",
                { kty: "RSA", n: zy.b64uEncode(bytes(vector.n)), e: "AQAB" },
                { name: "RSA-PSS", hash: "SHA-384" }, true, ["verify"]);
            const spki = zy.b64uEncode(new Uint8Array(await crypto.subtle.exportKey("spki", verifyKey)));
            const key = await zy.importKey(spki);
            const message = bytes(vector.input_msg || vector.msg);
            const salt = bytes(vector.salt);
            const { blinded, inverse } = await zy.blind(key, message, { salt, factor: BigInt(vector.factor) });
            const found = {
                encoded_msg: zy.hexEncode(await zy.emsaPssEncode(message, key.bits - 1, salt)),
                blinded_msg: zy.hexEncode(blinded),
                inv: inverse === number(vector.inv),
            };
            // Our variant's salt has 48 bytes; the other variants' signatures are not to be taken.
            const finalized = zy.finalize(key, message, bytes(vector.blind_sig), inverse);
            found.sig = await finalized.then(zy.hexEncode, (error) => error.code);
            return found;
        }))""",
        [vector | {"factor": str(factor_of(vector))} for vector in RFC9474],
    )
    for vector, result in zip(RFC9474, found, strict=True):
        ours = len(strip(vector["salt"])) == 2 * blindsig.SALT_LENGTH
        assert result["blinded_msg"] == strip(vector["blinded_msg"])
        assert result["encoded_msg"] == strip(vector.get("encoded_msg", result["encoded_msg"]))
        assert result["inv"]
        assert result["sig"] == (strip(vector["sig"]) if ours else "bad_token")


def strip(text: str) -> str:
    return text.removeprefix("0x")


def factor_of(vector: dict[str, Any]) -> int:
    return pow(int(strip(vector["inv"]), 16), -1, int(strip(vector["n"]), 16))


def test_credentials_and_casts_match_the_shared_vectors(client: Page) -> None:
    found = client.evaluate(
        """async ({ spki, credentials }) => {
            const key = await zy.importKey(spki);
            return Promise.all(credentials.map(async (vector) => {
                const master = zy.decodeRecoveryCode(vector.recovery_code.toLowerCase().replaceAll("-", " "));
                const credential = await zy.deriveCredential(master, vector.round, vector.cell);
                const blinded = await zy.blindCredential(credential, key);
                const token = await zy.finalizeCredential(credential, key, zy.b64uDecode(vector.blind_sig));
                const revision = zy.revisionOf(credential, { drawnAt: vector.drawn_at, version: vector.version });
                const nonce = zy.hexDecode(vector.nonce);
                const cast = await zy.makeCast(credential, vector.answers, { token, revision, nonce });
                const { entry } = cast;
                return {
                    master: zy.hexEncode(master),
                    recovery_code: zy.encodeRecoveryCode(master),
                    public_key: zy.hexEncode(credential.publicKey),
                    prefix: zy.hexEncode(credential.prefix),
                    message: zy.hexEncode(credential.message),
                    blinded: zy.b64uEncode(blinded),
                    token: zy.b64uEncode(token),
                    revision: cast.rev,
                    cast: zy.fromUtf8(zy.canonical(cast)),
                    leaf: await zy.entryLeaf(entry),
                    verified: await zy.verifyEntry(entry, key),
                    altered: await zy.verifyEntry({ ...entry, ballot: { ...entry.ballot, salt: "A".repeat(43) } }, key),
                };
            }));
        }""",
        SHARED,
    )
    for vector, result in zip(SHARED["credentials"], found, strict=True):
        assert (result.pop("verified"), result.pop("altered")) == (True, False)
        assert result == {name: vector[name] for name in result}


def test_revisions_lose_no_bit_and_rise_as_in_python(native: Page) -> None:
    """Sums beyond 2^53, where a number of JavaScript would be rounded."""
    cases = [
        (offset, drawn_at, version)
        for offset in (0, 2**53 + 1, 2**62 - 1)
        for drawn_at in (0, 1_790_000_000_123, MAX_DRAWN_AT)
        for version in (1, 2, MAX_VERSION)
    ]
    found = native.evaluate(
        """(cases) => cases.map(([offset, drawnAt, version]) =>
            zy.writeRevision(zy.revisionAt(BigInt(offset), { drawnAt, version })))""",
        [[str(offset), drawn_at, version] for offset, drawn_at, version in cases],
    )
    assert found == [
        write_revision(revision_at(offset, drawn_at=drawn_at, version=version)) for offset, drawn_at, version in cases
    ]
    refused = native.evaluate(
        """() => [[0n, 0, 0], [0n, 0, 1024], [0n, -1, 1], [0n, 2 ** 43, 1], [0n, 1.5, 1], [0n, "1", 1], [0n, null, 1],
                  [-1n, 0, 1], [1n << 62n, 0, 1]].map(([offset, drawnAt, version]) => {
            try { return String(zy.revisionAt(offset, { drawnAt, version })); } catch (error) { return error.name; }
        })"""
    )
    assert set(refused) == {"RangeError"}


def test_content_keys_and_box_key_codes_match_the_shared_vectors(client: Page) -> None:
    found = client.evaluate(
        """(vectors) => Promise.all(vectors.map(async (vector) => {
            const key = await zy.decodeBoxKey(vector.box_key_code.toLowerCase());
            const row = { id: "00", epk: zy.b64uEncode(zy.hexDecode(vector.epk)) };
            const keys = await zy.contentKeys(key, [row], vector.round);
            return {
                box_private: zy.hexEncode(key.secret),
                box_public: zy.hexEncode(key.publicKey),
                box_key_code: await zy.encodeBoxKey(key.secret),
                content_key: zy.hexEncode(zy.b64uDecode(keys["00"])),
            };
        }))""",
        SHARED["content_keys"],
    )
    for vector, result in zip(SHARED["content_keys"], found, strict=True):
        assert result == {name: vector[name] for name in result}


def test_a_key_made_in_the_browser_opens_what_python_sealed(client: Page) -> None:
    made = client.evaluate(
        """async () => {
            globalThis.made = await zy.newBoxKey();
            return { code: await zy.encodeBoxKey(made.secret), public: zy.b64uEncode(made.publicKey) };
        }"""
    )
    row = sealing.seal(b"ballot", box_public=b64u_decode(made["public"]), round_id=ROUND, length=512)
    epk = b64u_encode(sealing.ephemeral_public(row))
    key = client.evaluate(
        "async ([epk, round]) => zy.b64uEncode(await zy.contentKey(made, zy.b64uDecode(epk), round))", [epk, ROUND]
    )
    assert sealing.open_row(row, b64u_decode(key), round_id=ROUND) == b"ballot"
    private = sealing.decode_box_key(made["code"])
    assert b64u_encode(sealing.content_key(private, sealing.ephemeral_public(row), round_id=ROUND)) == key
    low_order = "zy.codeOf(() => zy.contentKey(made, new Uint8Array(32), '0'.repeat(32)))"
    assert client.evaluate(f"() => {low_order}") == "bad_key"


def test_codes_say_where_they_are_wrong(native: Page) -> None:
    code = SHARED["content_keys"][0]["box_key_code"]
    slip = ("0" if code[0] != "0" else "1") + code[1:]
    found = native.evaluate(
        """async (slip) => {
            const detail = async (work) => {
                try { await work(); } catch (error) { return [error.code, error.details]; }
            };
            return Promise.all([
                detail(() => zy.decodeRecoveryCode("0000-000U" + "0".repeat(24))),
                detail(() => zy.decodeRecoveryCode("0000 0000")),
                detail(() => zy.decodeRecoveryCode("0".repeat(33))),
                detail(() => zy.decodeBoxKey(slip)),
            ]);
        }""",
        slip,
    )
    assert found == [
        ["bad_recovery_code", {"position": 8}],
        ["bad_recovery_code", {"expected": 32, "count": 8}],
        ["bad_recovery_code", {"expected": 32, "count": 33}],
        ["bad_box_key", {"checksum": True}],
    ]


# Canonical JSON


def canonical_samples() -> list[Any]:
    """Hand-picked and drawn values: every control character, both planes, keys in odd order."""
    rows: list[Any] = [
        {},
        [],
        "",
        0,
        -1,
        canonical.MAX_INTEGER,
        -canonical.MAX_INTEGER,
        "".join(map(chr, range(0x80))) + "\u2028\u2029\ufeff诤言😀",
        {"b": 1, "a": [{"z": "", "A": "不了解"}], "": {}, "aa": 2, "a\n": 3, "1": 1, "10": 2, "9": 3, "__proto__x": 1},
    ]
    for low in range(0, 0x3000, 97):
        rows.append([chr(low + step) for step in range(5)])
    return rows


def test_canonical_json_equals_python(native: Page) -> None:
    samples = [canonical.dumps(value).decode() for value in canonical_samples()]
    found = native.evaluate(
        """(samples) => samples.map((text) => {
            const spaced = JSON.stringify(JSON.parse(text), null, 2);
            return [zy.fromUtf8(zy.canonical(JSON.parse(spaced))),
                    zy.fromUtf8(zy.canonical(zy.parseCanonical(zy.utf8(text))))];
        })""",
        samples,
    )
    assert found == [[text, text] for text in samples]


def test_canonical_json_refuses_what_python_refuses(native: Page) -> None:
    texts = [
        "",
        "{",
        "[true]",
        "[null]",
        "[1.5]",
        "[1.0]",
        "[1e3]",
        "[-0]",
        "[9007199254740992]",
        "[ 1]",
        '{"a":1,"a":1}',
        '{"b":1,"a":1}',
        '{"键":1}',
        '["\\ud800"]',
        '["\\u0041"]',
        "[" * 17 + "]" * 17,
        "\ufeff[]",
    ]
    for text in texts:
        with pytest.raises(canonical.BadEncoding):
            canonical.loads_canonical(text.encode())
    codes = native.evaluate(
        "(texts) => Promise.all(texts.map((text) => zy.codeOf(() => zy.parseCanonical(zy.utf8(text)))))", texts
    )
    assert codes == ["bad_encoding"] * len(texts)
    others = native.evaluate(
        """() => Promise.all([undefined, null, true, NaN, 1.5, 2 ** 53, 1n, new Date(), new Uint8Array(1), "\\ud800",
            { a: undefined }, () => 1].map((value) => zy.codeOf(() => zy.canonical(value))))"""
    )
    assert others == ["bad_encoding"] * 12


def test_base64url_refuses_what_python_refuses(native: Page) -> None:
    texts = ["QQ==", "QR", "Q", "+A", "Q Q", "QQ\n", 7, None]
    codes = native.evaluate("(texts) => Promise.all(texts.map((t) => zy.codeOf(() => zy.b64uDecode(t))))", texts)
    assert codes == ["bad_encoding"] * len(texts)


# Keys, manifest, bulletin, proofs


def test_keys_that_may_not_be_used_are_refused(native: Page) -> None:
    codes = native.evaluate(
        """async () => {
            const spki = async (modulusLength, exponent) => {
                const algorithm = { name: "RSA-PSS", hash: "SHA-384", modulusLength, publicExponent: exponent };
                const pair = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
                return zy.b64uEncode(new Uint8Array(await crypto.subtle.exportKey("spki", pair.publicKey)));
            };
            const e = new Uint8Array([1, 0, 1]);
            const keys = [await spki(1024, e), await spki(2048, new Uint8Array([3])), "AAAA", await spki(2048, e)];
            return Promise.all(keys.map((key) => zy.codeOf(() => zy.importKey(key))));
        }"""
    )
    assert codes == ["bad_key", "bad_key", "bad_key", None]


def test_the_manifest_is_believed_only_with_its_fingerprint(
    native: Page, site: ClientServer, election: Election
) -> None:
    headers_seen = []

    def manifest(body: Any, headers: dict[str, str]) -> tuple[int, Any]:
        headers_seen.append(headers)
        return 200, election.manifest

    site.answers["/manifest.json"] = manifest
    found = native.evaluate(
        """async ([round, fingerprint]) => {
            const read = (expected) => zy.fetchManifest("/manifest.json", expected);
            const manifest = await read({ round, fingerprint });
            return {
                cells: Object.fromEntries(manifest.cells),
                fingerprint: manifest.fingerprint,
                other: await zy.codeOf(() => read({ round, fingerprint: "0".repeat(64) })),
                round: await zy.codeOf(() => read({ round: "f".repeat(32) })),
                shared: await zy.codeOf(() => zy.readManifest(zy.canonical(
                    { ...JSON.parse(manifest.text), cells: JSON.parse(manifest.text).cells.map((cell) =>
                        ({ ...cell, spki: JSON.parse(manifest.text).cells[0].spki })) }))),
                spaced: await zy.codeOf(() => zy.readManifest(zy.utf8(manifest.text + " "))),
            };
        }""",
        [ROUND, election.fingerprint],
    )
    assert found == {
        "cells": election.cells,
        "fingerprint": election.fingerprint,
        "other": "bad_fingerprint",
        "round": "bad_manifest",
        "shared": "bad_manifest",
        "spaced": "bad_manifest",
    }
    assert all("cookie" not in headers for headers in headers_seen)


def load_manifest(page: Page, election: Election) -> None:
    page.evaluate(
        "async (text) => { globalThis.manifest = await zy.readManifest(zy.utf8(text)); }", election.manifest.decode()
    )


def served_block(published: dict[str, Any], number: int) -> dict[str, Any]:
    """Return a cell as bulletin-cells gives it: its row, its block, and the block's path to the head's root."""
    pairs = zip(published["cells"], published["blocks"], strict=True)
    tree = merkle.Tree([block_hash(row, bytes.fromhex(block)) for row, block in pairs])
    proof = [step.hex() for step in tree.proof(number)]
    return {
        "row": published["cells"][number],
        "block": published["blocks"][number],
        "index": number,
        "proof": proof,
    }


def test_whole_bulletins_are_checked_like_python_does(client: Page, site: ClientServer, election: Election) -> None:
    load_manifest(client, election)
    entries = [election.entry(cell=CELLS[i % 2]) for i in range(7)]
    bulletin = election.bulletin(entries)
    changes: dict[str, Any] = {
        "honest": lambda value: None,
        "head": lambda value: value["head"].update(size=6),
        "dropped": lambda value: value["blocks"].pop(),
        "shorter": lambda value: value["blocks"].insert(0, value["blocks"].pop(0)[64:]),
        "order": lambda value: value["blocks"].reverse(),
        "row": lambda value: value["cells"][0].update(counted=3),
        "numbers": lambda value: value["head"].update(drawn=9),
        "fate": lambda value: value["cells"].insert(0, {**value["cells"].pop(0), "fate": "lost"}),
        "groups": lambda value: value["groups"].append({"group": 1, "columns": "0" * 64}),
        "signature": lambda value: value.update(sig=b64u_encode(bytes(64))),
        "no head": lambda value: value.pop("head"),
    }
    for name, change in changes.items():
        altered = copy.deepcopy(bulletin)
        change(altered)
        site.answers[f"/bulletin/{name.replace(' ', '-')}"] = lambda body, headers, it=altered: (200, it)  # type: ignore[misc]
    found = client.evaluate(
        """async ([names, receipt]) => {
            const { leaves } = await zy.fetchBulletin("/bulletin/honest", { manifest });
            return {
                bulletins: await Promise.all(names.map((name) =>
                    zy.codeOf(() => zy.fetchBulletin(`/bulletin/${name.replace(" ", "-")}`, { manifest })))),
                leaves: [...leaves].map(([leaf, { row, place }]) => [row.cell, place, leaf]),
                receipt: await zy.verifyReceipt(receipt, manifest),
                forged: await zy.verifyReceipt({ ...receipt, leaf: "0".repeat(64) }, manifest),
            };
        }""",
        [list(changes), election.receipt(entries[0])],
    )
    assert found["bulletins"] == [None] + ["bad_bulletin"] * (len(changes) - 1)
    assert found["leaves"] == [
        [row["cell"], place, block[64 * place : 64 * place + 64]]
        for row, block in zip(bulletin["cells"], bulletin["blocks"], strict=True)
        for place in range(row["eligible"])
    ]
    assert (found["receipt"], found["forged"]) == (True, False)


def test_blocks_of_single_cells_are_believed_only_with_their_path(
    client: Page, site: ClientServer, election: Election
) -> None:
    load_manifest(client, election)
    entries = [election.entry(cell=CELLS[0]) for _ballot in range(3)]
    bulletin = election.bulletin(entries)
    head = {"head": bulletin["head"], "sig": bulletin["sig"]}
    honest, other = (served_block(bulletin, number) for number in range(2))
    shorter = {**honest, "block": honest["block"][64:]}
    answers = {
        "honest": [honest],
        "altered": [{**honest, "row": {**honest["row"], "counted": 2}}],
        "leaf": [{**honest, "block": "0" * 64 + honest["block"][64:]}],
        "shorter": [shorter],
        "place": [{**honest, "index": 1}],
        "path": [{**honest, "proof": other["proof"]}],
        "another": [other],
        "nothing": [],
    }
    asked = []
    for name, cells in answers.items():
        answer = {"cells": cells}
        site.answers[f"/cells/{name}?cell={CELLS[0]}"] = lambda body, headers, it=answer: (200, it)  # type: ignore[misc]

    def give_head(body: Any, headers: dict[str, str]) -> tuple[int, Any]:
        asked.append(headers)
        return 200, head

    site.answers["/head"] = give_head
    site.answers["/head/forged"] = lambda body, headers: (200, {**head, "head": {**head["head"], "floor": 9}})
    found = client.evaluate(
        """async ([names, cell]) => {
            const head = await zy.fetchHead("/head", { manifest });
            return {
                head,
                forged: await zy.codeOf(() => zy.fetchHead("/head/forged", { manifest })),
                leaves: [...(await zy.fetchCells("/cells/honest", [cell], { head })).keys()],
                meanwhile: await zy.codeOf(async () => {
                    const known = zy.fetchHead("/head", { manifest: Promise.resolve(manifest) });
                    await zy.fetchCells("/cells/honest", [cell], { head: known });
                }),
                unproven: await zy.codeOf(() => zy.fetchCells("/cells/honest", [cell],
                    { head: zy.fetchHead("/head/forged", { manifest: Promise.resolve(manifest) }) })),
                cells: await Promise.all(names.map((name) =>
                    zy.codeOf(() => zy.fetchCells(`/cells/${name}`, [cell], { head })))),
            };
        }""",
        [list(answers), CELLS[0]],
    )
    assert found["head"] == bulletin["head"]
    assert found["forged"] == "bad_bulletin"
    assert (found["meanwhile"], found["unproven"]) == (None, "bad_bulletin")
    assert set(found["leaves"]) == set(re.findall("." * 64, bulletin["blocks"][0]))
    assert {election.receipt(entry)["leaf"] for entry in entries} <= set(found["leaves"])
    assert found["cells"] == [None] + ["bad_bulletin"] * (len(answers) - 1)
    assert all("cookie" not in headers for headers in asked)


def test_a_kept_key_is_used_only_if_a_receipt_beside_it_speaks_for_it(client: Page, election: Election) -> None:
    """What a browser keeps may be damaged, half forgotten, or from another round: then the manifest decides."""
    load_manifest(client, election)
    receipts = [election.receipt(election.entry()) for _ballot in range(2)]
    forged = [{**receipt, "sig": b64u_encode(bytes(64))} for receipt in receipts]
    other = Election()
    kept = {
        "round": ROUND,
        "fingerprint": election.fingerprint,
        "receiptKey": json.loads(election.manifest)["receipt_key"],
        "receipts": receipts,
    }
    cases: dict[str, dict[str, Any]] = {
        "kept": {},
        "one of two": {"receipts": [forged[0], receipts[1]]},
        "no receipts": {"receipts": []},
        "forged receipts": {"receipts": forged},
        "of another round": {"round": "0" * 32},
        "odd receipts": {"receipts": [None, 1, {}, {"v": 1, "round": ROUND, "leaf": 1, "sig": 1}]},
        "another key": {"receiptKey": json.loads(other.manifest)["receipt_key"]},
        "short key": {"receiptKey": "AAAA"},
        "no point": {"receiptKey": b64u_encode(b"\xff" * 32)},
        "no key": {"receiptKey": None},
        "odd key": {"receiptKey": {"0": 1}},
        "no fingerprint": {"fingerprint": None},
    }
    found = client.evaluate(
        """(cases) => Promise.all(cases.map(async (kept) => {
            const found = await zy.keptManifest(kept);
            return found && { ...found, receiptKey: zy.b64uEncode(found.receiptKey) };
        }))""",
        [{**kept, **case} for case in cases.values()],
    )
    known = {name: kept[name] for name in ("round", "fingerprint", "receiptKey")}
    assert dict(zip(cases, found, strict=True)) == {
        name: known if name in ("kept", "one of two") else None for name in cases
    }


def test_hexadecimal_is_read_as_in_python(native: Page) -> None:
    every = bytes(range(256))
    refused = ["0", "0A", "0g", "0/", "0:", "0`", "é0", "０0", 12, None]
    found = native.evaluate(
        """async ([text, refused]) => [
            zy.hexEncode(zy.hexDecode(text, 256)), zy.hexDecode("").length,
            await Promise.all(refused.map((one) => zy.codeOf(async () => zy.hexDecode(one)))),
            await zy.codeOf(async () => zy.hexDecode(text, 255)),
        ]""",
        [every.hex(), refused],
    )
    assert found == [every.hex(), 0, ["bad_encoding"] * len(refused), "bad_encoding"]


# Drawing and casting


def test_draw_and_cast(client: Page, site: ClientServer, election: Election) -> None:
    """All cells in one draw; a cast without cookie or referrer, sent again while pending, believed by receipt only."""
    load_manifest(client, election)
    casts: list[Any] = []

    def draw(body: Any, headers: dict[str, str]) -> tuple[int, Any]:
        assert headers["x-csrftoken"] == "csrf-token"
        assert "session=secret" in headers["cookie"]
        return 200, {
            "signed": {
                cell: b64u_encode(blindsig.blind_sign(election.keys[cell], b64u_decode(blinded)))
                for cell, blinded in body["blinded"].items()
            },
            "drawn_at": DRAWN_AT,
        }

    def cast(body: Any, headers: dict[str, str]) -> tuple[int, Any]:
        casts.append((body, headers))
        if len(casts) == 1:
            return 503, {"error": "busy"}
        results: list[Any] = []
        for one in body:
            checked = election.check(one)
            if checked.cell == CELLS[1] and len(casts) == 2:
                results.append({"ok": True, "leaf": checked.leaf_hex, "pending": True, "retry_after": 1})
            else:
                receipt = election.receipt(one["entry"])
                results.append({"ok": True, "leaf": checked.leaf_hex, "receipt": receipt})
        return 200, {"results": results}

    site.answers |= {"/draw/": draw, "/cast/": cast}
    found = client.evaluate(
        """async ([round, cells]) => {
            globalThis.master = zy.newMaster();
            globalThis.credentials = await Promise.all(cells.map((cell) => zy.deriveCredential(master, round, cell)));
            const steps = [];
            const options = { manifest, credentials, csrfToken: "csrf-token", onProgress: (step) => steps.push(step) };
            const { tokens, drawnAt } = await zy.draw("/draw/", options);
            const answers = { virtue: 90, ability: 80, diligence: "dk" };
            globalThis.casts = await Promise.all(credentials.map((credential) => zy.makeCast(credential, answers, {
                token: tokens.get(credential.cell),
                revision: zy.revisionOf(credential, { drawnAt, version: 1 }),
            })));
            const updates = [];
            const results = await zy.cast("/cast/", casts, {
                manifest,
                onUpdate: (results) =>
                    updates.push(results.map((one) => (one === null ? "unsent" : Boolean(one.receipt)))),
            });
            const leaves = await Promise.all(casts.map(({ entry }) => zy.entryLeaf(entry)));
            return { results, updates, steps: steps.length, leaves };
        }""",
        [ROUND, list(CELLS)],
    )
    assert found["steps"] == 4
    assert found["updates"] == [["unsent", "unsent"], [True, False], [True, True]]
    assert [result["leaf"] for result in found["results"]] == found["leaves"]
    for result in found["results"]:
        leaf = ballots.verify_receipt(result["receipt"], receipt_key=election.receipt_public, round_id=ROUND)
        assert leaf.hex() == result["leaf"]
    assert [len(body) for body, _ in casts] == [2, 2, 1]
    assert casts[2][0] == casts[1][0][1:]  # the very same cast again
    for _, headers in casts:
        assert not {"cookie", "referer", "x-csrftoken"} & headers.keys()
    master = bytes.fromhex(client.evaluate("() => zy.hexEncode(master)"))
    for body, cell in zip(casts[0][0], CELLS, strict=True):
        credential = credentials.Credential(master, ROUND, cell)
        assert body["entry"]["ballot"]["pk"] == b64u_encode(credential.public_key)
        assert body["rev"] == write_revision(credential.revision_of(1, drawn_at=DRAWN_AT))


def test_false_answers_are_not_believed(native: Page, site: ClientServer, election: Election) -> None:
    load_manifest(native, election)
    casts = [election.cast(), election.cast(cell=CELLS[1])]
    entries = [cast["entry"] for cast in casts]
    other = Election()
    foreign = [ballots.sign_receipt(other.receipt_key, round_id=ROUND, leaf=leaf_of(entry)) for entry in entries]
    swapped = [election.receipt(entry) for entry in reversed(entries)]

    def receipts(given: list[Any]) -> Any:
        return lambda body, headers: (200, {"results": [{"ok": True, "receipt": one} for one in given]})

    refusals = [
        {"ok": False, "status": 403, "error": "bad_token"},
        {"ok": False, "status": 422, "error": "bad_answers"},
    ]
    site.answers |= {
        "/foreign/": receipts(foreign),
        "/swapped/": receipts(swapped),
        "/short/": receipts(foreign[:1]),
        "/refused/": lambda body, headers: (200, {"results": refusals}),
        "/all-refused/": lambda body, headers: (403, {"results": [refusals[0], refusals[0]]}),
        "/closed/": lambda body, headers: (410, {"error": "round_closed"}),
        "/page/": lambda body, headers: (200, b"<html>login</html>"),
        "/drawn/": lambda body, headers: (409, {"error": "already_drawn"}),
        "/unsigned/": lambda body, headers: (200, {"signed": {}, "drawn_at": DRAWN_AT}),
        "/timeless/": lambda body, headers: (200, {"signed": {}}),
        "/late/": lambda body, headers: (200, {"signed": {}, "drawn_at": 2**43}),
        "/falsely-signed/": lambda body, headers: (
            200,
            {"signed": {cell: b64u_encode(b"\x01" * 256) for cell in body["blinded"]}, "drawn_at": DRAWN_AT},
        ),
    }
    found = native.evaluate(
        """async ([casts, round, cell]) => {
            const errors = async (url) =>
                (await zy.cast(url, casts, { manifest, retries: 0 })).map((one) => one.error);
            const credential = await zy.deriveCredential(zy.newMaster(), round, cell);
            const options = { manifest, credentials: [credential], csrfToken: "t" };
            const draw = (url) => zy.codeOf(() => zy.draw(url, options));
            const names = ["foreign", "swapped", "short", "refused", "all-refused", "closed", "page"];
            return {
                casts: Object.fromEntries(
                    await Promise.all(names.map(async (name) => [name, await errors(`/${name}/`)]))),
                network: (await zy.cast("http://127.0.0.1:1/", casts, { manifest, retries: 0 }))[0].error,
                draws: await Promise.all(
                    ["/drawn/", "/unsigned/", "/falsely-signed/", "/timeless/", "/late/"].map(draw)),
            };
        }""",
        [casts, ROUND, CELLS[0]],
    )
    assert found["casts"] == {
        "foreign": ["bad_receipt", "bad_receipt"],
        "swapped": ["bad_receipt", "bad_receipt"],
        "short": ["server_error", "server_error"],
        "refused": ["bad_token", "bad_answers"],
        "all-refused": ["bad_token", "bad_token"],
        "closed": ["round_closed", "round_closed"],
        "page": ["server_error", "server_error"],
    }
    assert found["network"] == "network"
    assert found["draws"] == ["already_drawn", "bad_token", "bad_token", "server_error", "server_error"]


def test_waiting_for_a_receipt_can_be_given_up(native: Page, site: ClientServer, election: Election) -> None:
    load_manifest(native, election)
    pending = {"results": [{"ok": True, "pending": True, "retry_after": 60}]}
    site.answers["/pending/"] = lambda body, headers: (200, pending)
    result = native.evaluate(
        """async (one) => {
            const stop = new AbortController();
            const onUpdate = () => setTimeout(() => stop.abort(), 50);
            return zy.cast("/pending/", [one], { manifest, onUpdate, signal: stop.signal });
        }""",
        election.cast(),
    )
    assert result == [{"ok": False, "error": "aborted", "status": 0}]


def test_a_ballot_told_to_wait_is_asked_for_again_after_closing(
    native: Page, site: ClientServer, election: Election
) -> None:
    """Pending, then closed by the word of a process that never saw it, then the receipt of the one that did."""
    load_manifest(native, election)
    one = election.cast()
    answers: list[tuple[int, Any]] = [
        (200, {"results": [{"ok": True, "pending": True, "retry_after": 1}]}),
        (410, {"error": "round_closed"}),
        (200, {"results": [{"ok": True, "receipt": election.receipt(one["entry"])}]}),
        # Never told to wait: closed is closed.
        (410, {"error": "round_closed"}),
    ]
    site.answers["/late/"] = lambda body, headers: answers.pop(0)
    result = native.evaluate(
        """async (one) => [
            (await zy.cast("/late/", [one], { manifest }))[0].ok,
            (await zy.cast("/late/", [one], { manifest }))[0].error,
        ]""",
        one,
    )
    assert result == [True, "round_closed"]
    assert answers == []


def test_the_box_is_opened_in_chunks_without_its_key(client: Page, site: ClientServer, election: Election) -> None:
    plain = [canonical.dumps(election.entry()) for _ in range(2)] + [b"third"]
    length = 2048
    rows = {
        sealing.new_row_id().hex(): sealing.seal(one, box_public=election.box_public, round_id=ROUND, length=length)
        for one in plain
    }
    opened: dict[str, bytes] = {}
    sent: list[Any] = []

    def listing(body: Any, headers: dict[str, str]) -> tuple[int, Any]:
        left = [row for row in rows if row not in opened][:2]
        listed = [{"id": row, "epk": b64u_encode(sealing.ephemeral_public(rows[row]))} for row in left]
        return 200, {"rows": listed, "total": len(rows), "opened": len(opened)}

    def keys(body: Any, headers: dict[str, str]) -> tuple[int, Any]:
        sent.append(body)
        try:
            new = {
                row: sealing.open_row(rows[row], b64u_decode(key), round_id=ROUND) for row, key in body["keys"].items()
            }
        except sealing.WrongKey as error:
            return error.status, {"error": error.code}
        opened.update(new)
        return 200, {"opened": len(opened), "total": len(rows)}

    site.answers |= {"/rows/?limit=2": listing, "/keys/": keys}
    found = client.evaluate(
        """async ([code, round]) => {
            const progress = [];
            const onProgress = ({ opened }) => progress.push(opened);
            const urls = { rowsUrl: "/rows/", keysUrl: "/keys/" };
            const options = (boxKey) => ({ ...urls, csrfToken: "t", boxKey, round, limit: 2, onProgress });
            const wrong = await zy.codeOf(async () => zy.openBox(options(await zy.newBoxKey())));
            const done = await zy.openBox(options(await zy.decodeBoxKey(code)));
            return { wrong, done, progress };
        }""",
        [sealing.encode_box_key(election.box.private_bytes_raw()), ROUND],
    )
    assert found == {"wrong": "wrong_key", "done": {"opened": 3, "total": 3}, "progress": [0, 0, 2, 3]}
    assert sorted(opened.values()) == sorted(plain)
    assert b64u_encode(election.box.private_bytes_raw()) not in json.dumps(sent)


# The fallback bundle


def test_an_altered_fallback_is_not_run(site: ClientServer, context: BrowserContext) -> None:
    page = context.new_page()
    page.add_init_script(WITHOUT_CURVES)
    page.goto(site.address + "/tampered")
    page.evaluate(LOAD)
    assert page.evaluate("() => zy.codeOf(() => zy.newBoxKey())") == "fallback_failed"
    assert page.evaluate("() => globalThis[Symbol.for('zhengyan.curves')] === undefined")


def test_the_bundle_is_loaded_ahead_of_its_first_use_where_it_will_be_needed(site: ClientServer, page: Page) -> None:
    """So that what is asked for does not depend on what there is to verify."""
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    page.add_init_script(WITHOUT_CURVES)
    page.goto(site.address)
    page.evaluate(LOAD)

    page.evaluate("() => Promise.all([zy.loadCurve('Ed25519'), zy.loadCurve('Ed25519')])")
    ahead = [url for url in loaded if re.search(r"/js/curves", url)]
    page.evaluate("() => zy.ed25519PublicKey(new Uint8Array(32))")

    assert len(ahead) == 1
    assert [url for url in loaded if re.search(r"/js/curves", url)] == ahead


def test_a_browser_with_the_curves_never_loads_the_bundle(site: ClientServer, page: Page) -> None:
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    page.goto(site.address)
    page.evaluate(LOAD)
    page.evaluate("() => Promise.all([zy.newBoxKey(), zy.loadCurve('Ed25519')])")
    assert not [url for url in loaded if re.search(r"/js/curves", url)]


def test_without_https_the_client_says_so(site: ClientServer, page: Page) -> None:
    page.add_init_script("Object.defineProperty(Crypto.prototype, 'subtle', { value: undefined });")
    page.goto(site.address)
    page.evaluate(LOAD)
    assert page.evaluate("() => zy.codeOf(() => zy.newMaster())") == "insecure_context"
