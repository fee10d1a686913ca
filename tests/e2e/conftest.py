"""Browser tests run on busy machines: patience is not what they test."""

from playwright.sync_api import expect

expect.set_options(timeout=15_000)
