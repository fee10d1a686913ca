from django.core.management.base import BaseCommand

from forum_pages.domain.reading.marks import forget_old_marks


class Command(BaseCommand):
    help = "Delete read marks that say nothing any more. Run it weekly."

    def handle(self, *args: object, **options: object) -> None:
        self.stdout.write(f"{forget_old_marks()} marks deleted")
