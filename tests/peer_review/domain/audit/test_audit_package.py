"""The auditor's package: it reproduces every published figure elsewhere, and says of nobody who they are."""

import hashlib
import io
import json
import random
import subprocess
import sys
import tracemalloc
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cryptography
import pytest

from peer_review.domain.audit import audit_package
from peer_review.domain.ledger.withdrawals import withdraw
from peer_review.domain.tally import bulletin as bulletins
from peer_review.domain.tally import fates
from peer_review.enums import ResultScope
from peer_review.models import Assignment, Result, Round
from peer_review.offline import verify_bulletin
from peer_review.offline.verify_bulletin import Recount, RollFile, Rules, Votes, leaves_of, parse, parse_terms
from tests.factories.peer_review.counted_rounds import make_published_round, make_voted_round, papers, publish, spread
from tests.factories.peer_review.rounds import SchemeFactory

pytestmark = pytest.mark.django_db(databases=["default", "box"])


def package(round: Round) -> bytes:
    return b"".join(audit_package.package_pieces(round))


def opened(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        assert packed.testzip() is None
        return {name: packed.read(name) for name in packed.namelist()}


def recounted(files: dict[str, bytes]) -> tuple[dict[tuple[str, ...], Any], dict[tuple[str, ...], Any]]:
    """Return the published figures that the verifier computes anew, and what it computes."""
    rules = Rules(parse_terms(files["scheme.json"]))
    bulletin = parse(files["bulletin.json"])
    roll = RollFile(parse(files["roll.json"]), bulletin["head"], rules, bulletin["cells"])
    figures = parse_terms(files["figures.json"])
    groups = [group["columns"] for group in parse(files["merged.json"])["groups"]]
    votes = Votes(parse(files["ballots.json"])["entries"], roll, rules, groups)
    anew = Recount(rules, roll, votes, figures).figures()
    assert set(figures) == {"v", "round", "subjects", "sections", "ranks", "unit", "models"}
    published = dict(leaves_of({name: figures[name] for name in ("subjects", "sections", "ranks", "unit")}))
    return {path: value for path, value in published.items() if not verify_bulletin.kind_not_recounted(path)}, dict(
        leaves_of(anew)
    )


# What it holds


def test_files_are_listed_with_their_hashes() -> None:
    files = opened(package(make_published_round({("甲", "all"): papers(6)})))
    assert list(files) == [
        "README.txt",
        "verify_bulletin.py",
        "manifest.json",
        "bulletin.json",
        "scheme.json",
        "exposure.json",
        "roll.json",
        "figures.json",
        "ballots.json",
        "dummies.json",
        "merged.json",
        "SHA256SUMS",
    ]
    sums = files.pop("SHA256SUMS").decode()
    assert sums == "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in files.items())
    assert files["verify_bulletin.py"] == Path(verify_bulletin.__file__).read_bytes()


def test_bulletin_is_written_piece_by_piece_as_it_is_published() -> None:
    round = make_published_round({(name, "all"): papers(7) for name in "甲乙丙"})
    pieces = list(bulletins.published_pieces(round.bulletin))
    assert len(pieces) == 1 + 3 + 1
    whole = b"".join(pieces)
    assert whole == bulletins.published_json(round.bulletin)
    blocks = [block for _row, block in bulletins.blocks_of(round.bulletin)]
    assert [bytes.fromhex(block) for block in json.loads(whole)["blocks"]] == blocks


def test_only_the_numbers_differ_from_one_package_to_the_next() -> None:
    cells = {(name, "all"): papers(5 + at) for at, name in enumerate("甲乙丙丁戊己庚")}
    round = make_published_round(cells)
    first, second = opened(package(round)), opened(package(round))
    differing = {name for name in first if first[name] != second[name]}
    assert differing == {"roll.json", "figures.json", "SHA256SUMS"}
    assert recounted(first)[0] != recounted(second)[0]
    for files in (first, second):
        published, anew = recounted(files)
        assert published == anew


@pytest.mark.parametrize("what", ["criterion", "subject"])
def test_a_withdrawal_lets_nobody_elses_papers_into_the_package(what: str) -> None:
    round = make_published_round({("甲", "all"): papers(2), ("乙", "all"): papers(6), ("丙", "all"): papers(7)})
    round.results.update(rules=2)
    before = json.loads(opened(package(round))["roll.json"])["holders"]
    named = {"criterion": "quality"} if what == "criterion" else {"subject": round.subjects.get(label="丙").key}
    withdraw(round, by=round.organiser, reason="wrong", **named)
    after = json.loads(opened(package(round))["roll.json"])["holders"]
    assert sorted(after) == sorted(before)
    assert len(before) == 2


# Reproduced


def test_half_steps_are_reproduced_and_name_nobody() -> None:
    cells = {(name, group): spread(7, 74) for name in "甲乙丙" for group in ("leaders", "staff")}
    round = make_published_round(cells, coarse=["乙"], ranks={"甲": 1, "乙": 1, "丙": 2})
    files = opened(package(round))

    published, anew = recounted(files)

    assert published == anew
    roll = json.loads(files["roll.json"])["subjects"]
    (number,) = [at for at, subject in enumerate(roll) if subject.get("coarse")]
    figures = json.loads(files["figures.json"])
    assert all(value[0] % 10 == 5 for value in figures["subjects"][number]["classes"].values())
    key = round.subjects.get(label="乙").key
    assert not any(key.encode() in data for name, data in files.items() if name.endswith(".json"))


def odd_round() -> Round:
    """Three sections and ranks, a class that is not asked, thin subjects in rests, whole sheets, 不了解, words."""
    luck = random.Random(4)

    def some(n: int, *, only: str = "") -> list[dict[str, Any]]:
        answers = [{"quality": luck.randint(40, 100), "spirit": luck.choice(["dk", 70, 95])} for _one in range(n)]
        return [{key: value for key, value in one.items() if key != only} for one in answers]

    sections = {"甲": "a", "乙": "a", "丙": "a", "丁": "b", "戊": "b", "己": "c"}
    sheet = [
        {f"{place}.quality": luck.randint(0, 100) for place in (1, 2, 3)}
        | {f"{place}.spirit": luck.randint(0, 100) for place in (1, 2, 3)}
        for _one in range(4)
    ]
    return make_published_round(
        {
            ("甲", "leaders"): some(6, only="spirit"),
            ("甲", "staff"): some(9),
            ("乙", "staff"): some(3),
            ("丙", "staff"): some(3),
            ("丁", "staff"): some(4),
            ("戊", "staff"): some(12),
            ("己", "staff"): some(2),
            (("戊", "丁", "己"), "peers"): sheet,
        },
        sections=sections,
        ranks={"甲": 2, "乙": 2, "丙": 2, "己": 3},
        comments={"甲": ["好"] * 6},
        asked={"spirit": ["staff", "peers"]},
        eligible=14,
    )


def test_every_published_figure_is_reproduced() -> None:
    published, anew = recounted(opened(package(odd_round())))
    assert published == anew
    assert len(published) > 100


def shared_round() -> Round:
    """A round in which leaders and staff share the paper of three subjects, on their own and on a sheet; about 丁 the
    count has joined others to it, and 戊 has ordinary papers."""
    luck = random.Random(5)

    def some(many: int) -> list[dict[str, Any]]:
        return [{"quality": luck.randint(0, 100), "spirit": luck.choice([70, "dk", 30])} for _paper in range(many)]

    sheet = [
        {f"{place}.{key}": luck.randint(0, 100) for place in (1, 2) for key in ("quality", "spirit")}
        for _paper in range(7)
    ]
    cells = {
        (("甲", "乙"), "leaders"): sheet,
        ("丙", "leaders"): some(30),
        ("丁", "leaders"): some(4),
        ("丁", "others"): some(4),
        ("戊", "leaders"): some(8),
        ("戊", "staff"): some(6),
        ("己", "leaders"): some(4),
    }
    shared = ["leaders", "staff"]
    of = [(("甲", "乙"), "leaders"), ("丙", "leaders"), ("丁", "leaders"), ("己", "leaders")]
    return make_published_round(cells, sharing=dict.fromkeys(of, shared), eligible=12)


def test_figures_of_papers_that_classes_share_are_reproduced() -> None:
    round = shared_round()
    files = opened(package(round))
    published, anew = recounted(files)
    assert published == anew
    assert any("joined" in path and value == "staff" for path, value in published.items())
    # Of thirty ballots on one paper it is told whether one of them decides; of few, or of merged ones, it is not.
    assert [value for path, value in published.items() if path[-1] == "one_ballot" and value is not None] == [False]
    cells = {row["cell"]: row for row in json.loads(files["roll.json"])["cells"]}
    shared = {cell.key for cell in round.cells.all() if cell.shared_by}
    assert {cell for cell, row in cells.items() if "classes" in row} == shared
    assert {tuple(cells[cell]["classes"]) for cell in shared} == {("leaders", "staff")}


@pytest.mark.parametrize(
    "classes",
    [[], ["leaders"], ["staff", "leaders"], ["leaders", "leaders"], ["leaders", "strangers"], ["leaders", "others"]],
)
def test_classes_that_cannot_share_a_paper_are_refused(classes: list[str]) -> None:
    """The last are not asked the same."""
    round = make_published_round(
        {("甲", "leaders"): papers(6), ("甲", "staff"): papers(6), ("乙", "others"): papers(6)},
        asked={"spirit": ["leaders", "staff"]},
    )
    files = opened(package(round))
    roll = json.loads(files["roll.json"])
    next(row for row in roll["cells"] if row["class"] == "leaders")["classes"] = classes
    files["roll.json"] = json.dumps(roll).encode()
    with pytest.raises(verify_bulletin.Fault, match="cannot share"):
        recounted(files)


def test_holders_are_told_where_a_rule_asks_for_them_and_nowhere_else() -> None:
    round = make_published_round({("甲", "all"): papers(6), ("乙", "all"): papers(2), ("丙", "all"): papers(3)})
    assert json.loads(opened(package(round))["roll.json"])["holders"] == []

    # Rules up to version 2 let the two thin subjects come into means together.
    round.results.update(rules=2)
    roll = json.loads(opened(package(round))["roll.json"])
    thin = set(round.cells.filter(subject__label__in=["乙", "丙"]).values_list("key", flat=True))
    assert {cell for cells in roll["holders"] for cell in cells} == thin
    assert sum(map(len, roll["holders"])) == Assignment.objects.filter(cell__key__in=thin).count() == 5


def test_words_are_of_no_subject_in_it() -> None:
    round = make_published_round({("甲", "all"): papers(6)}, comments={"甲": ["好"] * 6})
    cells = {one["cell"]: one for one in json.loads(opened(package(round))["roll.json"])["cells"]}
    words = round.cells.get(kind="comment")
    assert cells[words.key] == {"cell": words.key, "kind": "comment", "class": "", "subjects": []}


# What it must not hold


def test_package_names_nobody_and_tells_no_time() -> None:
    round = make_published_round(
        {("被评甲", "all"): papers(6), ("被评乙", "all"): papers(2), ("被评丙", "all"): papers(3)},
        sections={"被评甲": "secret-a", "被评乙": "secret-b", "被评丙": "secret-c"},
    )
    # What could leak is there: names, keys with user ids, moments, the mark that only the server's secret makes.
    subject = round.subjects.get(label="被评乙")
    assert subject.key == f"p{subject.member.user_id}"
    assert round.exposure["seal"]
    assert "no_trend" in round.exposure
    assert round.published_at
    people = {assignment.evaluator for assignment in Assignment.objects.filter(cell__round=round)}
    secrets = {person.get_username() for person in people} | {round.organiser.get_username()}
    secrets |= set(round.subjects.values_list("label", flat=True)) | set(round.subjects.values_list("key", flat=True))
    secrets |= set(round.subjects.values_list("section_key", flat=True))
    secrets |= {section for one in round.subjects.all() if (section := one.section_name)}
    secrets |= {round.exposure["seal"], f"{round.published_at:%Y-%m-%d}", f"{round.opened_at:%Y-%m-%d}"}
    assert all(secrets)
    assert {"被评甲", "secret-b", subject.key} <= secrets
    files = opened(package(round))
    for name, data in files.items():
        if name.endswith(".json"):
            text = data.decode()
            words = {word for word in secrets if f'"{word}"' in text or (word[:4].isdigit() and word in text)}
            assert words == set(), name
    # Numbers in it are places in the package, never keys of the database.
    roll = json.loads(files["roll.json"])
    assert {one for cell in roll["cells"] for one in cell["subjects"]} == {1, 2, 3}
    assert {frozenset(one) for one in roll["subjects"]} == {frozenset({"section", "rank"})}
    assert set(roll) == {"v", "round", "subjects", "cells", "holders"}
    assert set(json.loads(files["exposure.json"])) == set(audit_package.TERMS)
    with zipfile.ZipFile(io.BytesIO(package(round))) as packed:
        assert {member.date_time for member in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_people_and_subjects_stand_in_an_order_by_chance(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shuffling is what hides the order of user ids: without it they stand as they do in the database."""
    cells = {(name, "all"): papers(2) for name in "甲乙丙丁戊己庚辛"}
    round = make_published_round(cells, sections=dict(zip("甲乙丙丁戊己庚辛", "abcdefgh", strict=True)))

    def sections() -> list[int]:
        return [one["section"] for one in json.loads(opened(package(round))["roll.json"])["subjects"]]

    assert len({tuple(sections()) for _package in range(4)}) > 1
    monkeypatch.setattr(random.SystemRandom, "shuffle", lambda self, keys: None)
    assert sections() == [1, 2, 3, 4, 5, 6, 7, 8]


# However large


def test_package_of_a_large_round_costs_little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    round = make_published_round({("甲", "all"): papers(6)})
    entry = bytes(range(32, 127)) * 10
    many = 40_000
    monkeypatch.setattr(audit_package, "counted_entries", lambda round: (entry for _ballot in range(many)))
    size = largest = 0
    tracemalloc.start()
    try:
        for piece in audit_package.package_pieces(round):
            size += len(piece)
            largest = max(largest, len(piece))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert many * len(entry) > 35_000_000
    assert peak < 4_000_000
    assert largest < 4 * audit_package.PIECE
    assert size > 0


def test_package_asks_the_same_number_of_questions_for_one_and_many(django_assert_max_num_queries: Any) -> None:
    few = make_published_round({("甲", "all"): papers(6)})
    many = make_published_round({(name, "all"): papers(6) for name in "甲乙丙丁"})
    with django_assert_max_num_queries(60) as one:
        package(few)
    with django_assert_max_num_queries(60) as four:
        package(many)
    assert len(one) == len(four)


# On a computer without the product


@pytest.fixture
def elsewhere(tmp_path: Path) -> Callable[[bytes, list[str]], subprocess.CompletedProcess[bytes]]:
    """Return what runs the verifier that lies in a package, with Python and `cryptography` and nothing else."""
    library = tmp_path / "library"
    library.mkdir()
    installed = Path(cryptography.__file__).parents[1]
    for pattern in ("cryptography", "cffi", "_cffi_backend*", "pycparser"):
        for found in installed.glob(pattern):
            (library / found.name).symlink_to(found)
    folder = tmp_path / "empty"
    folder.mkdir()

    def run(data: bytes, arguments: list[str], *, code: str = "") -> subprocess.CompletedProcess[bytes]:
        (folder / "package.zip").write_bytes(data)
        (folder / "verify_bulletin.py").write_bytes(opened(data)["verify_bulletin.py"])
        code = code or "import runpy; runpy.run_path(sys.argv[0], run_name='__main__')"
        start = f"import sys; sys.path.append({str(library)!r}); sys.argv.pop(0); {code}"
        command = [getattr(sys, "_base_executable", sys.executable), "-I", "-S", "-c", start, "verify_bulletin.py"]
        return subprocess.run([*command, *arguments], capture_output=True, cwd=folder, check=False)

    return run


def test_auditor_recounts_on_a_computer_without_the_product(elsewhere: Any) -> None:
    scheme = SchemeFactory(classes=[("leaders", 60), ("staff", 40)], floor=3)
    running = make_voted_round(evaluators=9, subjects=2, classes=("leaders", "staff"), scheme=scheme)
    round = publish(running)
    data = package(round)
    for product in ("peer_review", "django", "numpy"):
        assert elsewhere(data, [], code=f"import {product}").returncode == 1
    done = elsewhere(data, ["--recount", "package.zip", "--fingerprint", round.fingerprint])
    output = done.stdout.decode("utf-8")
    assert (done.returncode, done.stderr) == (0, b""), output
    result = Result.objects.filter(scope="subject").first()
    assert result.score is not None
    many = len(recounted(opened(data))[0])
    assert f"ok    recount ({many} of {many} figures reproduced)" in output
    assert "FAIL" not in output


def test_a_round_whose_classes_share_a_paper_is_verified_whole(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scheme = SchemeFactory(classes=[("leaders", 60), ("staff", 40)], floor=5)
    running = make_voted_round(evaluators=9, subjects=1, classes=("leaders", "staff"), scheme=scheme)
    assert [cell.shared_by for cell in running.round.cells.all()] == [["leaders", "staff"]]
    round = publish(running)
    path = tmp_path / "package.zip"
    path.write_bytes(package(round))

    status = verify_bulletin.main(["--recount", str(path), "--fingerprint", round.fingerprint])

    said = capsys.readouterr().out
    assert status == 0, said
    assert "FAIL" not in said
    assert Result.objects.get(round=round, subject__isnull=False).joined == {"leaders": ["leaders", "staff"]}


def rewritten(data: bytes, name: str, change: Callable[[Any], Any], *, listed: bool = True) -> bytes:
    """Return a package in which one file is another; its list of hashes fits, unless told not to."""
    files = opened(data)
    value = json.loads(files[name])
    files[name] = json.dumps(change(value) or value).encode()
    sums = "".join(f"{hashlib.sha256(files[one]).hexdigest()}  {one}\n" for one in files if one != "SHA256SUMS")
    if listed:
        files["SHA256SUMS"] = sums.encode()
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as packed:
        for one, content in files.items():
            packed.writestr(one, content)
    return made.getvalue()


def figure_embellished(figures: Any) -> None:
    figures["subjects"][0]["score"][0] += 0.1


def withheld_figure_published(figures: Any) -> None:
    figures["subjects"][0]["criteria"]["quality"]["classes"] = {"staff": [80.0, 70.0, 90.0, 3, 0]}


def figure_withheld(figures: Any) -> None:
    del figures["unit"]["criteria"]["spirit"]


def other_weights(scheme: Any) -> None:
    scheme["criteria"][0]["weight"], scheme["criteria"][1]["weight"] = "41", "59"


def lower_floor(exposure: Any) -> None:
    exposure["floor"] = 2


def subjects_exchanged(roll: Any) -> None:
    for cell in roll["cells"]:
        cell["subjects"] = [3 - number for number in cell["subjects"]]


def cell_left_out(roll: Any) -> None:
    roll["cells"].pop()


def holder_invented(roll: Any) -> None:
    roll["holders"].append([roll["cells"][0]["cell"]])


def more_known_than_cast(roll: Any) -> None:
    roll["cells"][0]["known"] = 9


def so_many_known_that_too_few_are_left(roll: Any) -> None:
    """Seven ballots and a floor of three: of two the authors alone know what they say."""
    roll["cells"][0]["known"] = 5


def rules_of_before(figures: Any) -> None:
    figures["v"] = 2


def answer_changed(ballots: Any) -> None:
    ballots["entries"][0]["ballot"]["a"]["quality"] = 1


ALTERED = [
    (figure_embellished, "figures.json", ["subjects 1 score 1: published "], "recount: "),
    (
        withheld_figure_published,
        "figures.json",
        ["subjects 1 criteria quality classes staff 1: published 80.0"],
        "recount",
    ),
    (figure_withheld, "figures.json", ["unit criteria spirit value 1: published -, recounted "], "recount: "),
    (other_weights, "scheme.json", [], "scheme as the round froze it: not the scheme that the opening froze"),
    (lower_floor, "exposure.json", [], "scheme as the round froze it: not the scheme that the opening froze"),
    (subjects_exchanged, "roll.json", ["subjects 1 criteria quality value 1: published "], "recount: "),
    (cell_left_out, "roll.json", [], "roll and its cells: its cells are not those of the bulletin"),
    (more_known_than_cast, "roll.json", [], "roll and its cells: cell "),
    (so_many_known_that_too_few_are_left, "roll.json", [], "roll and its cells: cell "),
    (holder_invented, "roll.json", [], "roll and its cells: cell "),
    (rules_of_before, "figures.json", [], "form of the published figures: of rules older than the count"),
    (
        answer_changed,
        "ballots.json",
        ["not recounted: the checks above do not hold"],
        "signature of each ballot: ballot 1",
    ),
]


@pytest.fixture
def sealed() -> bytes:
    """A package of a round with real ballots: two subjects whose figures differ."""
    running = make_voted_round(evaluators=8, subjects=2, voters=0)
    for at, evaluator in enumerate(running.evaluators):
        answers = {
            cell: {"quality": 60 + at + 20 * number, "spirit": 80} for number, cell in enumerate(evaluator.cells)
        }
        running.stuff(evaluator, answers)
    return package(publish(running))


def test_each_altered_file_is_named(sealed: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "package.zip"
    path.write_bytes(sealed)
    assert verify_bulletin.main(["--recount", str(path)]) == 0
    assert "files of the package (11 files as packed)" in capsys.readouterr().out
    for alter, name, lines, failure in ALTERED:
        path.write_bytes(rewritten(sealed, name, alter))
        assert verify_bulletin.main(["--recount", str(path)]) == 1, alter
        output = capsys.readouterr().out
        assert f"FAIL  {failure}" in output, (alter, output)
        for line in lines:
            assert line in output, (alter, output)
        # Whoever changes a file in the package and not the list is caught at once.
        path.write_bytes(rewritten(sealed, name, alter, listed=False))
        assert verify_bulletin.main(["--recount", str(path)]) == 1
        assert f"FAIL  files of the package: {name} is not as it was packed" in capsys.readouterr().out


def test_every_difference_is_named_in_both_languages(
    sealed: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "package.zip"
    path.write_bytes(rewritten(sealed, "figures.json", figure_embellished))
    verify_bulletin.main(["--recount", str(path)])
    for line in capsys.readouterr().out.splitlines():
        english, chinese = line.split("  |  ")
        assert english.isascii() or "≤" in english
        assert not chinese.isascii()


def test_recount_takes_the_unpacked_folder_and_single_files(
    sealed: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, data in opened(sealed).items():
        (tmp_path / name).write_bytes(data)
    assert verify_bulletin.main(["--recount", str(tmp_path)]) == 0
    monkeypatch.chdir(tmp_path)
    assert verify_bulletin.main(["--recount"]) == 0
    names = ("manifest", "bulletin", "ballots", "scheme", "roll", "figures")
    assert verify_bulletin.main(["--recount", *(f"--{name}={tmp_path / name}.json" for name in names)]) == 0
    capsys.readouterr()
    assert verify_bulletin.main(["--recount", *(f"--{name}={tmp_path / name}.json" for name in names[:3])]) == 0
    assert "figures reproduced" in capsys.readouterr().out  # the rest lies in this folder
    (tmp_path / "figures.json").unlink()
    (tmp_path / "SHA256SUMS").unlink()
    assert verify_bulletin.main(["--recount"]) == 1
    assert "nothing to recount without figures.json" in capsys.readouterr().out


def sheet_marks(voter: int, *, most: int = 100) -> dict[str, int]:
    """Return a sheet about three subjects; every other voter is stricter."""
    return {
        f"{place}.{key}": min(most, 60 + 10 * place - 10 * (voter % 2) + voter * place % 5)
        for place in (1, 2, 3)
        for key in ("quality", "spirit")
    }


def test_scores_without_severity_are_recounted_and_a_changed_one_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    round = make_published_round({(("甲", "乙", "丙"), "all"): [sheet_marks(at) for at in range(12)]}, trim=False)
    [kept] = Result.objects.get(round=round, scope=ResultScope.UNIT).adjusted["groups"]
    # Unrounded variances tell whether all agreed: the main database never holds them.
    assert set(kept) == {"class", "subjects", "sheets", "deviations"}
    files = opened(package(round))
    published, anew = recounted(files)
    assert published == anew
    assert ("subjects", "1", "adjusted", "value") in anew
    figures = json.loads(files["figures.json"])
    assert [set(one) for one in figures["models"]] == [{"subject", "sheet", "pair", "profile", "residual"}]
    assert figures["unit"]["adjusted"]["groups"] == [kept]

    figures["subjects"][0]["adjusted"]["value"] += 0.1
    published, anew = recounted(files | {"figures.json": json.dumps(figures).encode()})
    assert {path for path in published if published[path] != anew.get(path)} == {("subjects", "1", "adjusted", "value")}


@pytest.mark.parametrize("scale", ["points", "grades"])
def test_scores_without_severity_weigh_the_classes_that_share_a_sheet_as_the_score_does(scale: str) -> None:
    def sheets(first: int, *, grades: int, lower: int = 0) -> list[dict[str, int]]:
        marks = [sheet_marks(at) for at in range(first, first + 12)]
        if scale == "points":
            return [{key: max(0, mark - lower) for key, mark in paper.items()} for paper in marks]
        return [{key: 1 + (mark + at) % grades for key, mark in paper.items()} for at, paper in enumerate(marks)]

    people = ("甲", "乙", "丙")
    cells = {(people, "leaders"): sheets(0, grades=4), (people, "others"): sheets(12, grades=2, lower=40)}
    shared = {(people, "leaders"): ["leaders", "staff"]}
    told = []
    for sharing in (shared, None):
        round = make_published_round(cells, sharing=sharing, trim=False, scale=scale)
        published, anew = recounted(opened(package(round)))
        assert published == anew
        # Subjects are numbered by chance.
        told.append(sorted(published["subjects", str(at), "adjusted", "value"] for at in (1, 2, 3)))
    # The others are lower by far. With the weight of the staff added the leaders weigh 70 to 30, beside it 60 to 40.
    assert all(together > apart for together, apart in zip(*told, strict=True))


def test_graded_scores_without_severity_are_recounted_and_a_changed_one_is_named() -> None:
    graded = [{key: 1 + (mark + at) % 4 for key, mark in sheet_marks(at).items()} for at in range(12)]
    round = make_published_round({(("甲", "乙", "丙"), "all"): graded}, scale="grades", trim=False)
    [kept] = Result.objects.get(round=round, scope=ResultScope.UNIT).adjusted["groups"]
    files = opened(package(round))
    figures = json.loads(files["figures.json"])
    assert {one["adjusted"]["method"] for one in figures["subjects"]} == {"rasch"}
    assert set(kept) == {"class", "subjects", "sheets", "deviations"}
    assert [set(one) for one in figures["models"]] == [{"spread", "difficulties", "steps", "weighted"}]
    published, anew = recounted(files)
    assert published == anew
    assert ("subjects", "1", "adjusted", "measure") in anew

    figures["subjects"][0]["adjusted"]["high"] -= 0.1
    published, anew = recounted(files | {"figures.json": json.dumps(figures).encode()})
    assert {path for path in published if published[path] != anew.get(path)} == {("subjects", "1", "adjusted", "high")}


def test_what_is_no_package_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "package.zip"
    path.write_bytes(b"PK")
    assert verify_bulletin.main(["--recount", str(path)]) == 2
    assert "not a whole zip" in capsys.readouterr().err
    assert verify_bulletin.main(["--recount", str(tmp_path / "nowhere")]) == 2
    assert verify_bulletin.main(["--recount", str(tmp_path)]) == 2
    assert "manifest.json" in capsys.readouterr().err


def test_kinds_that_are_not_recounted_are_named_with_their_number(
    sealed: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A figure of a kind that the verifier does not know how to compute is never passed over in silence."""
    known = verify_bulletin.NOT_RECOUNTED
    monkeypatch.setattr(verify_bulletin, "NOT_RECOUNTED", known | {"novelty": ("novelties", "新数字")})
    path = tmp_path / "package.zip"

    def newer(figures: Any) -> None:
        figures["subjects"][0]["novelty"] = {"value": 1.5, "low": 1.0}

    path.write_bytes(rewritten(sealed, "figures.json", newer))
    assert verify_bulletin.main(["--recount", str(path)]) == 0
    assert "note  NOT recounted: novelties (2 figures)" in capsys.readouterr().out
    monkeypatch.setattr(verify_bulletin, "NOT_RECOUNTED", known)
    assert verify_bulletin.main(["--recount", str(path)]) == 1
    assert "subjects 1 novelty value: published 1.5, recounted -" in capsys.readouterr().out


def test_unanimous_and_divided_rounds_are_reproduced() -> None:
    for cells in ({("甲", "all"): papers(12)}, {("甲", "all"): spread(24, 88)}, {("甲", "all"): papers(1)}):
        published, anew = recounted(opened(package(make_published_round(cells))))
        assert published == anew


def test_auditors_are_told_of_how_many_ballots_others_may_know(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two of nine came out of envelopes: of four answers that are left nothing is published, and it is recounted so."""

    def tickets(round: Round) -> Counter[int]:
        return Counter(dict.fromkeys(round.cells.values_list("pk", flat=True), 2))

    monkeypatch.setattr(fates, "_tickets", tickets)
    monkeypatch.setattr(fates, "_paper_only", lambda _round: set())
    said = [{"quality": 60 + at, "spirit": "dk" if at < 3 else 70 + at} for at in range(9)]
    files = opened(
        package(make_published_round({("甲", "staff"): said, ("乙", "staff"): said}, comments={"甲": ["好"] * 9}))
    )
    published, anew = recounted(files)
    assert published == anew
    assert {path[3] for path in published if path[0] == "subjects" and path[2:3] == ("criteria",)} == {"quality"}

    roll = json.loads(files["roll.json"])
    # Of whom words speak is in no figure.
    assert {row["kind"]: row.get("known") for row in roll["cells"]} == {"rating": 2, "comment": None}
    for cell in roll["cells"]:
        cell.pop("known", None)
    published, anew = recounted({**files, "roll.json": json.dumps(roll).encode()})
    assert {path[3] for path in anew if path[0] == "subjects" and path[2:3] == ("criteria",)} == {"quality", "spirit"}
