"""All configuration: environment variables, each read once here, typed, and listed in docs/configuration.md.

A wrong value raises `ImproperlyConfigured` with one sentence that names the variable.
"""

import json
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from ashao_site.chain.settings import DEV_CHAIN_ID, origin_of, read_chain
from ashao_site.configuration.database import read_database
from ashao_site.configuration.development import refuse_public_names, refuse_real_chain
from ashao_site.configuration.logs import log_to_stderr
from ashao_site.configuration.money import read_money
from ashao_site.lib.env import env_choice, env_int, env_list, env_str
from workers.machines import catalogue
from workers.providers.config import ProviderSettings

BASE_DIR = Path(__file__).resolve().parent.parent

# --- where and how it runs ------------------------------------------------------------------------------
ASHAO_ENV = env_choice("ASHAO_ENV", "development", ("development", "test", "production"))
PRODUCTION = ASHAO_ENV == "production"
DEVELOPMENT_WALLET = not PRODUCTION
"""Whether pages offer a wallet that lives in this browser only, and `bootstrap` funds the promotion budget."""

HSTS_S = 365 * 24 * 3600
"""For how long a browser that has come over https comes over nothing else, in production."""

DEBUG = False
PORT = env_int("PORT", 8000, least=1, most=65_535)
ASHAO_HOME = Path(env_str("ASHAO_HOME", str(BASE_DIR / ".local"))).absolute()


def _embedded_services() -> dict[str, Any]:
    """What `make run` wrote down about the servers it started: so `manage.py` in a second terminal finds them."""
    try:
        services: dict[str, Any] = json.loads((ASHAO_HOME / "services.json").read_text())
    except (OSError, ValueError):
        return {}
    return services


def _service_url(name: str, embedded_key: str, schemes: tuple[str, ...]) -> str:
    url = env_str(name, "") or str(_embedded_services().get(embedded_key, ""))
    if not url and PRODUCTION:
        raise ImproperlyConfigured(f"{name} is not set. In production it names the server to use.")
    if url and url.partition("://")[0] not in schemes:
        raise ImproperlyConfigured(f"{name} must start with {' or '.join(s + '://' for s in schemes)}.")
    return url


def _verified(url: str) -> str:
    """A `rediss://` URL that says what not every client takes for granted: the certificate is verified."""
    if not url.startswith("rediss://") or "ssl_cert_reqs=" in url:
        return url
    return f"{url}{'&' if '?' in url else '?'}ssl_cert_reqs=required"


DATABASE_URL = _service_url("DATABASE_URL", "database_url", ("postgres", "postgresql"))
REDIS_URL = _verified(_service_url("REDIS_URL", "redis_url", ("redis", "rediss")))


def _secret_key() -> str:
    key = env_str("SECRET_KEY", "")
    if key:
        return key
    if PRODUCTION:
        raise ImproperlyConfigured("SECRET_KEY is not set. In production it must be a long random string.")
    try:
        return (ASHAO_HOME / "secret_key").read_text().strip()
    except OSError:
        return "development-only-" + "x" * 40


SECRET_KEY = _secret_key()
ALLOWED_HOSTS = env_list(
    "ALLOWED_HOSTS", [] if PRODUCTION else ["127.0.0.1", "localhost", "[::1]", "testserver"]
)
if ASHAO_ENV == "development":
    refuse_public_names("ALLOWED_HOSTS", ALLOWED_HOSTS)
CSRF_TRUSTED_ORIGINS = env_list("CSRF_TRUSTED_ORIGINS", [])
TRUSTED_PROXIES = env_int("TRUSTED_PROXIES", 0, least=0, most=10)
"""How many proxies in front append to X-Forwarded-For: the person's address is that many from its end."""
RATE_LIMITS = env_int("RATE_LIMITS", 1, least=0, most=1000)
"""How many times what `lib.limits` allows; with 0 nothing is limited."""

# --- Django -----------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_vite",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "ashao_site.chain",
    "ashao_site.accounts",
    "ashao_site.staff",
    "ledger",
    "workers",
    "staking",
    "chat",
]
MIDDLEWARE = [
    "ashao_site.lib.middleware.SecurityHeaders",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "ashao_site.lib.middleware.ApiErrors",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "ashao_site.accounts.staff_door.SecondFactorEverywhere",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "ashao_site.urls"
ASGI_APPLICATION = "ashao_site.asgi.application"
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["staff_name"]},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
"""Of staff: nobody else has a password."""
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
"""The largest body that an API call may have, in bytes."""
SESSION_ENGINE = "ashao_site.accounts.sessions.store"
SESSION_COOKIE_AGE = 30 * 24 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
# The prefix has browsers take the cookie from this host alone, over https alone. The one for CSRF keeps its name:
# it is part of the contract, and a value that another host plants there opens nothing without the session.
SESSION_COOKIE_NAME = "__Host-sessionid" if PRODUCTION else "sessionid"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "ashao_site.lib.api.csrf_failure"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = HSTS_S if PRODUCTION else 0
# Who counts the proxies in front has them set it; where there is none, it would be the client's word.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION and TRUSTED_PROXIES else None

DATABASE_POOL_MAX = env_int("DATABASE_POOL_MAX", 20, least=2, most=200)
DATABASES = {"default": read_database(DATABASE_URL, pool_max=DATABASE_POOL_MAX)}

STATIC_URL = "/static/"
STATIC_ROOT = ASHAO_HOME / "static"
STATICFILES_DIRS: list[Path | tuple[str, Path]] = [("docs", BASE_DIR / "docs" / "images")]
if (BASE_DIR / "frontend" / "dist").is_dir():
    STATICFILES_DIRS.append(BASE_DIR / "frontend" / "dist")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DJANGO_VITE = {
    "default": {"dev_mode": False, "manifest_path": BASE_DIR / "frontend" / "dist" / "manifest.json"}
}
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/assets/.+-(?=[a-z_-]*[A-Z0-9])[\w-]{8}\.\w+(\.map)?$"
"""What Vite names by a hash of its content may be cached for ever. A hash that is all small letters, one of a
thousand, is not told from a word, and then is cached for a minute as everything else."""

# --- API --------------------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "ashao_site.accounts.callers.authentication.ApiKeyAuthentication",
        "ashao_site.accounts.callers.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["ashao_site.accounts.callers.authentication.KeyScopePermission"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["ashao_site.lib.api.StrictJSONParser"],
    "EXCEPTION_HANDLER": "ashao_site.lib.api.exception_handler",
    "DEFAULT_SCHEMA_CLASS": "ashao_site.accounts.callers.schema.ScopedSchema",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "ashao",
    "DESCRIPTION": "A people-powered inference network: the chat API and the worker protocol.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "POSTPROCESSING_HOOKS": [
        "workers.api.schema.add_worker_calls",
        "chat.stream.schema.add_chat",
        "ashao_site.lib.openapi.add_errors",
    ],
    "COMPONENT_SPLIT_REQUEST": True,
}

# --- Redis, live news, tasks --------------------------------------------------------------------------------
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
        "CONFIG": {"hosts": [REDIS_URL or "redis://127.0.0.1:1/0"], "prefix": "ashao:live"},
    }
}
CELERY_BROKER_URL = REDIS_URL or "redis://127.0.0.1:1/0"

# --- the network: what a person waits, and what a worker is given -----------------------------------------------
WORKER_GRACE_MS = env_int("WORKER_GRACE_MS", 4_000, least=0, most=600_000)
WORKER_LEASE_MS = env_int("WORKER_LEASE_MS", 9_000, least=500, most=600_000)
WORKER_FIRST_TOKEN_MS = env_int("WORKER_FIRST_TOKEN_MS", 30_000, least=500, most=600_000)
WORKER_STALL_MS = env_int("WORKER_STALL_MS", 10_000, least=500, most=600_000)
WORKER_THINK_MS = env_int("WORKER_THINK_MS", 120_000, least=0, most=3_600_000)
WORKER_PACE_MS = env_int("WORKER_PACE_MS", 20_000, least=1_000, most=600_000)
WORKER_LIVE_MS = env_int("WORKER_LIVE_MS", 15_000, least=1_000, most=600_000)
JOB_MAX_ATTEMPTS = env_int("JOB_MAX_ATTEMPTS", 5, least=1, most=50)
JOB_MAX_MS = env_int("JOB_MAX_MS", 600_000, least=10_000, most=3_600_000)
STREAM_TTL_MS = env_int("STREAM_TTL_MS", 300_000, least=1_000, most=86_400_000)
FALLBACK_CONCURRENCY = env_int("FALLBACK_CONCURRENCY", 64, least=1, most=1_000)

_PROVIDERS = ProviderSettings(
    gemini_api_key=env_str("GEMINI_API_KEY", ""),
    gemini_model=env_str("GEMINI_MODEL", "gemini-2.5-flash"),
    gemini_base_url=env_str("GEMINI_BASE_URL", ""),
    openai_base_url=env_str("OPENAI_BASE_URL", ""),
    openai_api_key=env_str("OPENAI_API_KEY", ""),
    openai_model=env_str("OPENAI_MODEL", ""),
    openai_thinks_unmarked=env_choice("OPENAI_THINKS_UNMARKED", "off", ("off", "on")) == "on",
    simulated=env_choice("SIMULATED_PROVIDER", "auto", ("auto", "on", "off")),
    simulated_tokens_per_second=env_int("SIMULATED_TOKENS_PER_SECOND", 40, least=0, most=10_000),
)
try:
    PROVIDERS = _PROVIDERS.in_production() if PRODUCTION else _PROVIDERS
except ValueError as error:
    raise ImproperlyConfigured(f"SIMULATED_PROVIDER: {error}") from None


# --- the Earn page: what a browser runs -----------------------------------------------------------------------
def _model_host() -> str:
    try:
        return catalogue.model_host(env_str("MODEL_HOST", catalogue.PUBLIC_HUB))
    except ValueError as error:
        raise ImproperlyConfigured(f"MODEL_HOST {error}") from None


def _browser_models() -> catalogue.Catalogue:
    path = env_str("BROWSER_MODELS", "")
    try:
        return catalogue.read_catalogue(Path(path)) if path else catalogue.read_catalogue()
    except ValueError as error:
        raise ImproperlyConfigured(f"BROWSER_MODELS: {error}") from None


MODEL_HOST = _model_host()
BROWSER_MODELS = _browser_models()
BROWSER_MIN_TOKENS_PER_SECOND = env_int("BROWSER_MIN_TOKENS_PER_SECOND", 4, least=0, most=1_000)
BROWSER_ALLOW_SOFTWARE_GPU = env_choice("BROWSER_ALLOW_SOFTWARE_GPU", "off", ("off", "on")) == "on"
CSP_CONNECT_SRC = catalogue.download_origins(MODEL_HOST)

# --- the chain ----------------------------------------------------------------------------------------------
CHAIN_ID = env_int("CHAIN_ID", 31_337, least=1, most=2**53)
CHAIN = read_chain(chain_id=CHAIN_ID, embedded={} if PRODUCTION else _embedded_services())
"""Where the money is real; None where no chain is configured."""
if ASHAO_ENV == "development":
    refuse_real_chain(
        chain_id=CHAIN_ID, dev_chain_id=DEV_CHAIN_ID, rpc_url=CHAIN.rpc_url if CHAIN is not None else ""
    )
ON_DEV_CHAIN = not PRODUCTION and CHAIN is not None and CHAIN_ID == DEV_CHAIN_ID
CSP_DEV_CHAIN = [origin_of(CHAIN.rpc_url)] if CHAIN is not None and ON_DEV_CHAIN else []
"""What the pages about money may call beside the site: of any other chain the server alone asks."""
MONEY = read_money(
    dev_chain=ON_DEV_CHAIN,
    embedded={} if PRODUCTION or env_str("CHAIN_RPC_URL", "") else _embedded_services(),
)
OTP_TOTP_ISSUER = "ashao"

# --- people -------------------------------------------------------------------------------------------------
GUEST_MESSAGES_PER_SESSION = env_int("GUEST_MESSAGES_PER_SESSION", 5, least=0, most=10_000)
GUEST_MESSAGES_PER_NETWORK = env_int("GUEST_MESSAGES_PER_NETWORK", 200, least=0, most=10_000_000)
GRANTS_PER_ADDRESS = env_int("GRANTS_PER_ADDRESS", 5, least=0, most=1_000_000)
GRANTS_BUDGET_PERCENT = env_int("GRANTS_BUDGET_PERCENT", 1, least=1, most=100)
GUEST_MESSAGES_PER_ADDRESS = env_int("GUEST_MESSAGES_PER_ADDRESS", 50, least=0, most=1_000_000)
"""Messages a day without signing in, for one session and for one network address (UTC days)."""
GUEST_HISTORY_HOURS = env_int("GUEST_HISTORY_HOURS", 24, least=1, most=720)
DEVELOPMENT_PROMO_BUDGET_USD = env_int("DEVELOPMENT_PROMO_BUDGET_USD", 10_000, least=0, most=10_000_000)

# --- logs: no prompt, no answer, no wallet beside a job --------------------------------------------------------
LOG_LEVEL = env_choice("LOG_LEVEL", "WARNING", ("DEBUG", "INFO", "WARNING", "ERROR"))
LOGGING = log_to_stderr(LOG_LEVEL)

UNFOLD = {
    "SITE_TITLE": "ashao",
    "SITE_HEADER": "ashao",
    "SITE_URL": "/",
    "SHOW_HISTORY": False,
    "DASHBOARD_CALLBACK": "ashao_site.health.add_chain_status",
}

if ASHAO_ENV == "test":
    # Password hashing is the slowest thing in a test that needs staff, and is not what is tested.
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
