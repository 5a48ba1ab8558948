import os

SECRET_KEY = "none"
INSTALLED_APPS = ["shop"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASE = os.path.join(os.environ["TEST_UNDECLARED_OUTPUTS_DIR"], "shop.sqlite3")
# A database in memory would have no name of its own.
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": DATABASE, "TEST": {"NAME": DATABASE}}}
