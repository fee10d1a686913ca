"""What the plugins have for the home page: they are for any Wagtail site and know nothing of this one."""
