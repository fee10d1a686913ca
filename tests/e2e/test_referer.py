"""What a browser sends along as the page that a request comes from: never a page of an unlogged route."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Page

from organisation.domain.invitations import invite
from peer_review.conf import conf
from peer_review.log_rules import patterns
from peer_review.views.ballots.kiosk import page_of
from tests.access_log import AccessLog, Line
from tests.e2e.sign_in import sign_in
from tests.factories.peer_review.counted_rounds import count_all
from tests.factories.peer_review.rounds import make_open_round
