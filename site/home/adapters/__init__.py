"""Providers of the home page for the plugins, which are for any Wagtail site and know nothing of this one."""
