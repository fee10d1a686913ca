from django.db import migrations, models


class Migration(migrations.Migration):
    """A withheld comment is named by a digest and keeps no words."""

    dependencies = [("peer_review", "0004_announcements")]

    operations = [
        migrations.AddField(
            model_name="comment",
            name="entry",
            field=models.CharField(blank=True, editable=False, max_length=64, default=""),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="comment", name="text", field=models.TextField(blank=True, verbose_name="text")
        ),
        migrations.AddConstraint(
            model_name="comment",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), ("withheld", True)) | models.Q(("entry", ""), ("withheld", False)),
                name="peer_review_comment_withheld_has_no_words",
            ),
        ),
        migrations.AddConstraint(
            model_name="comment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("entry", ""), _negated=True),
                fields=("entry",),
                name="peer_review_comment_withheld_once",
            ),
        ),
    ]
