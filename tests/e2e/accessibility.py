"""What is wrong with a page as a browser shows it. The only place where axe is run."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error, Page

SERIOUS = ("serious", "critical")
#: A page that is replaced again and again is looked at no more often than this.
TRIES = 8


def faults(page: Page, where: str = "") -> list[str]:
    """Return what axe calls serious on the page, and whether it is wider than its window.

    The page is looked at when its document has loaded. If another document takes its place meanwhile, the other one is
    looked at from the beginning. A test that follows a link first waits for what the next page shows: until then the
    former page is the page.
    """
    for _ in range(TRIES - 1):
        try:
            return _look(page, where)
        except Error:  # the document went away; a fault of axe itself comes again the last time
            page.wait_for_timeout(50)
    return _look(page, where)


def _look(page: Page, where: str) -> list[str]:
    page.wait_for_load_state("load")
    document = page.evaluate_handle("document")
    url = page.url
    violations = Axe().run(page).response["violations"]
    too_wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    if not document.evaluate("seen => seen === document"):
        raise Error("The page's document was replaced while it was looked at.")
    place = where or url
    wrong = [
        f"{place}: {violation['id']}: {node['html'][:160]}"
        for violation in violations
        if violation["impact"] in SERIOUS
        for node in violation["nodes"]
    ]
    return [*wrong, f"{place}: {too_wide} px wider than its window"] if too_wide > 0 else wrong
