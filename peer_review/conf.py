"""Settings of the plugin, all under the prefix PEER_REVIEW_, read when used so that tests may override them."""

from django.conf import settings

DEFAULTS: dict[str, object] = {
    # Alias of the ballot box's own database.
    "BOX_DATABASE": "box",
    # Dotted path of the function that proposes a roll: (round) -> Iterable[peer_review.providers.roll.Person].
    "ROLL_SOURCE": "peer_review.providers.roll.propose_from_groups",
    # Encrypts the cells' private keys at rest.
    "KEY_SECRET": None,
    # Dotted path of the class that keeps the rounds' keys from opening to count (peer_review.box.round_keys), and, for
    # the one that keeps them in files, its folders: at least two, outside both databases and their backups.
    "ROUND_KEY_STORE": "peer_review.box.round_keys.FileStore",
    "ROUND_KEY_FOLDERS": [],
    # Names of the Django groups that hold each role.
    "GROUPS": {
        "organiser": "organiser",
        "scrutineer": "scrutineer",
        "inspector": "inspector",
        "leadership": "leadership",
        # Confirms tokens of other systems, as inspectors do; nothing else here is an administrator's.
        "administrator": "administrator",
    },
    # Dotted path of the class that knows who holds which role (peer_review.providers.roles.RoleSource). The default
    # trusts the groups above.
    "ROLE_SOURCE": "peer_review.providers.roles.GroupRoles",
    # Group commits: a batch goes out with this many ballots from this many requests, or after this many seconds.
    "BATCH_BALLOTS": 50,
    "BATCH_REQUESTS": 5,
    "BATCH_WINDOW": 2.0,
    # The longest a cast request waits before the browser is told to ask again, in seconds.
    "CAST_WAIT": 8.0,
    # How many requests of one process may wait for their batch at once; the rest are told at once to ask again, so that
    # ballots of one paper each fill a batch, and pages are served beside them. About half the server's threads.
    "CAST_WAITERS": 12,
    # For so many seconds a process goes on with what it read of a round's state: no query for every ballot.
    "CAST_STATE_AGE": 1.0,
    # Spare cell keys kept ready in the pool.
    "KEY_POOL_SIZE": 50,
    # Default floor k, and the lowest a scheme may ask for.
    "FLOOR": 5,
    "MINIMUM_FLOOR": 3,
    # Rounds that were opened or published so many days before another opens may be subtracted from it.
    "SUBTRACTION_DAYS": 180,
    # Names of the site's own routes that web servers leave out of their logs too: they take one secret of one use.
    "UNLOGGED_ROUTES": [],
    # Largest body the cast view reads, in bytes.
    "CAST_MAX_BYTES": 2_000_000,
    # How often one credential may be cast, as far as one process remembers (a courtesy; the count decides).
    "CAST_LIMIT": 50,
    # How many credentials and receipts one process remembers.
    "CAST_MEMORY": 100_000,
    # Processes that check ballots at the count. None: one a core where there are some thousand ballots, else one.
    "COUNT_PROCESSES": None,
    # Up to this many people, leaders and section heads are proposed as evaluators of the whole house.
    "HOUSE_WIDE_LIMIT": 300,
    # The most papers a plan may come to.
    "MAX_PAPERS": 2_000_000,
    # A roll of up to so many papers is written at once, a larger one in the background.
    "ROLL_AT_ONCE": 5_000,
    # Dotted path of the function that knows readers' languages: (user ids) -> {user id: language code}.
    "LANGUAGE_SOURCE": "peer_review.providers.languages.from_wagtail_profiles",
    # Working days that the list of those decided 优秀 is shown to all staff.
    "PUBLIC_NOTICE_DAYS": 5,
    # Dotted path of the function that counts them: (start: date, count: int) -> (date, provisional: bool).
    "WORKDAYS": "peer_review.providers.workdays.weekdays_after",
    # Days to contest an outcome and to answer (公务员法, arts 95 and 96): `ask` for a review, after the day of notice;
    # answer the `review`; `appeal`, after its answer; decide the `ruling`, which an `extension` lengthens once.
    "CONTEST_DAYS": {"ask": 30, "review": 30, "appeal": 15, "ruling": 60, "extension": 30},
    # Where the site is, for links in mails; WAGTAILADMIN_BASE_URL where it is not given.
    "BASE_URL": "",
    # How often one token of the interface for other systems may ask, as rest_framework writes it.
    "API_RATE": "120/min",
    # No token lives longer: whoever answers for it must say again that it is needed, and another confirm it.
    "API_TOKEN_DAYS": 366,
    # Folders with fonts for PDF reports, besides those that the computer has.
    "FONT_PATHS": [],
    # Off: only the folders above, so that every server sets the same bytes.
    "SYSTEM_FONTS": True,
    # Off: announcements are shown on the site only.
    "MAIL": True,
}


class Conf:
    """Attribute access to the settings: `conf.FLOOR` is settings.PEER_REVIEW_FLOOR or its default."""

    BOX_DATABASE: str
    ROLL_SOURCE: str
    KEY_SECRET: str
    GROUPS: dict[str, str]
    BATCH_BALLOTS: int
    BATCH_REQUESTS: int
    BATCH_WINDOW: float
    CAST_WAIT: float
    CAST_WAITERS: int
    CAST_STATE_AGE: float
    KEY_POOL_SIZE: int
    FLOOR: int
    MINIMUM_FLOOR: int
    SUBTRACTION_DAYS: int
    UNLOGGED_ROUTES: list[str]
    CAST_MAX_BYTES: int
    CAST_LIMIT: int
    CAST_MEMORY: int
    COUNT_PROCESSES: int | None
    HOUSE_WIDE_LIMIT: int
    MAX_PAPERS: int
    ROLL_AT_ONCE: int
    LANGUAGE_SOURCE: str
    PUBLIC_NOTICE_DAYS: int
    WORKDAYS: str
    CONTEST_DAYS: dict[str, int]
    BASE_URL: str
    API_RATE: str
    API_TOKEN_DAYS: int
    FONT_PATHS: list[str]
    ROLE_SOURCE: str
    ROUND_KEY_FOLDERS: list[str]
    ROUND_KEY_STORE: str
    SYSTEM_FONTS: bool
    MAIL: bool

    def __getattr__(self, name: str) -> object:
        if name not in DEFAULTS:
            raise AttributeError(name)
        value = getattr(settings, f"PEER_REVIEW_{name}", DEFAULTS[name])
        if name == "KEY_SECRET" and not value:
            return settings.SECRET_KEY
        if name == "BASE_URL" and not value:
            return getattr(settings, "WAGTAILADMIN_BASE_URL", "")
        return value


conf = Conf()
