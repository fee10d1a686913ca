"""A box key made outside the browser. Run it on the scrutineer's computer, never on the server."""

from typing import Any

from django.core.management.base import BaseCommand

from peer_review.crypto.encoding import b64u_encode
from peer_review.crypto.sealing import encode_box_key, generate_box_key


class Command(BaseCommand):
    """Print a fresh key pair and forget it."""

    help = "Make a box key on this computer and print it once. Nothing is stored; run it off the server."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def handle(self, *args: Any, **options: Any) -> None:
        key = generate_box_key()
        self.stdout.write("Private code: write it down, keep it away from the server. Without it the round is lost.")
        self.stdout.write(encode_box_key(key.private_bytes_raw()))
        self.stdout.write("Public half, the only part the server may have:")
        self.stdout.write(b64u_encode(key.public_key().public_bytes_raw()))
