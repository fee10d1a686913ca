"""Code that several apps of the site share. It knows none of them, has no models and is no installed app."""
