"""Which fonts a report is set in: one with Chinese, found before anything is set, never boxes instead of words."""

from functools import lru_cache
from pathlib import Path

import typst

from peer_review.conf import conf

#: Families with simplified Chinese, the best for tables of names and figures first.
CHINESE = (
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Noto Sans SC",
    "PingFang SC",
    "Microsoft YaHei",
    "HarmonyOS Sans SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "SimHei",
    "Noto Serif CJK SC",
    "Source Han Serif SC",
    "FangSong",
    "SimSun",
)
#: Comes with typst: what is left where a document has no Chinese in it and the computer no Chinese font.
LATIN = ("Noto Sans", "Liberation Sans", "DejaVu Sans", "Libertinus Serif")
#: What a family must be able to write to count as Chinese.
SAMPLE = "诤言样本不足复核申诉公示优秀称职监票人，。（）"
#: Package of Debian and its relatives.
PACKAGE = "fonts-noto-cjk"


def fonts() -> typst.Fonts:
    """Return the fonts that typst may use: its own, those of PEER_REVIEW_FONT_PATHS, and the computer's."""
    return _fonts(tuple(str(path) for path in conf.FONT_PATHS), bool(conf.SYSTEM_FONTS))


def families() -> list[str]:
    """Return the families that a document is set in, the first first; empty where none can write Chinese."""
    installed = set(fonts().families())
    chinese = next((name for name in CHINESE if name in installed), None) or next(
        (name for name in sorted(installed) if _writes_chinese(name)), None
    )
    if chinese is None:
        # Whoever installs a font need not restart the server.
        _fonts.cache_clear()
        _writes_chinese.cache_clear()
        return []
    return [chinese]


def latin_families() -> list[str]:
    """Return the families for a document without a single Chinese character."""
    installed = set(fonts().families())
    return [name for name in LATIN if name in installed][:1]


@lru_cache(maxsize=4)
def _fonts(paths: tuple[str, ...], system: bool) -> typst.Fonts:
    folders = [path for path in paths if Path(path).is_dir()]
    return typst.Fonts(include_system_fonts=system, include_embedded_fonts=True, font_paths=folders)


@lru_cache(maxsize=256)
def _writes_chinese(family: str) -> bool:
    """Whether a family has the glyphs of SAMPLE: PDF/UA refuses a document with a character that nothing can draw."""
    source = (
        '#set document(title: "?")\n#set text(font: sys.inputs.family, fallback: false, lang: "zh")\n#sys.inputs.sample'
    )
    try:
        typst.compile(
            source.encode(),
            font_paths=fonts(),
            ignore_system_fonts=True,
            sys_inputs={"family": family, "sample": SAMPLE},
            pdf_standards="ua-1",
        )
    except typst.TypstError:
        return False
    return True
