"""Every setting, read from the environment (or `.env`) once, at the door, and passed down."""

import secrets
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """The whole configuration. Names in the environment are the field names in capitals."""

    model_config = SettingsConfigDict(env_file=".env", frozen=True, extra="ignore", env_ignore_empty=True)

    environment: Literal["development", "test", "production"] = Field(
        "development", description="production refuses to start without its secrets"
    )
    database_url: str | None = Field(
        None, description="PostgreSQL 15 or later; unset starts the embedded server in VAR_DIR"
    )
    redis_url: str | None = Field(
        None, description="message queue between web processes and store of the limits; unset uses PostgreSQL"
    )
    secret_key: SecretStr = Field(
        SecretStr(""), description="signs cookies and links; generated in VAR_DIR in development"
    )
    public_url: str = Field("", description="address that browsers use; default http://chat.localhost:PORT")
    shop_url: str = Field("", description="address of the demo shop; default http://shop.localhost:SHOP_PORT")
    bind: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(5000, description="port of the platform")
    shop_port: int = Field(5001, description="port of the demo shop (development only)")
    var_dir: Path = Field(Path("var"), description="embedded database, uploads, mail, generated secrets")
    trusted_proxies: int = Field(0, description="how many reverse proxies in front set X-Forwarded-*")
    database_pool: int = Field(20, description="connections a process may hold")
    stripe_secret_key: SecretStr | None = Field(
        None, description="unset uses the in-memory twin and pages say “test payments”"
    )
    stripe_api_base: str | None = Field(None, description="base address of a Stripe-compatible server")
    stripe_webhook_secret: SecretStr | None = Field(None, description="signing secret of the snapshot endpoint")
    stripe_webhook_secret_previous: SecretStr | None = Field(None, description="accepted while secrets rotate")
    stripe_thin_webhook_secret: SecretStr | None = Field(None, description="signing secret of the thin endpoint")
    stripe_thin_webhook_secret_previous: SecretStr | None = Field(None, description="accepted while secrets rotate")
    smtp_url: SecretStr | None = Field(
        None, description="smtp://user:password@host:587; unset writes mail to VAR_DIR/mail"
    )
    mail_from: str = Field("Comptoir <bonjour@comptoir.example>", description="sender of every mail")
    commission_bps: int = Field(2_000, ge=0, le=10_000, description="platform's share, in basis points")
    earning_window_hours: int = Field(
        0, ge=0, description="how long an earning stays pending before it can be paid out; 168 is advised in production"
    )
    payout_minimum_minor: int = Field(1_000, ge=0, description="smallest payout, in minor units")
    payout_second_approval_minor: int = Field(
        500_000, ge=0, description="runs above this total need a second operator, in minor units"
    )
    payout_margin_minor: int = Field(0, ge=0, description="kept at the provider when runs are sent, in minor units")
    messages_per_minute: int = Field(600, ge=1, description="messages one person who answers may send in a minute")
    shopper_messages_per_minute: int = Field(30, ge=1, description="the same for one shopper; twice that in one thread")
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if not self.public_url:
            object.__setattr__(self, "public_url", f"http://chat.localhost:{self.port}")
        if not self.shop_url:
            object.__setattr__(self, "shop_url", f"http://shop.localhost:{self.shop_port}")
        if self.secret_key.get_secret_value():
            return self
        if self.environment == "production":
            raise ValueError("SECRET_KEY is missing: set it to at least 32 random characters")
        object.__setattr__(self, "secret_key", SecretStr(_development_secret(self.var_dir)))
        return self

    @model_validator(mode="after")
    def _secrets_outside_development(self) -> Self:
        if self.environment != "production":
            return self
        if len(self.secret_key.get_secret_value()) < 32:
            raise ValueError("SECRET_KEY is too short: set it to at least 32 random characters")
        if self.database_url is None:
            raise ValueError("DATABASE_URL is missing: production needs a PostgreSQL server of its own")
        if self.stripe_secret_key is not None and self.stripe_webhook_secret is None:
            raise ValueError("STRIPE_WEBHOOK_SECRET is missing: with STRIPE_SECRET_KEY, webhooks must be verified")
        return self

    @property
    def test_payments(self) -> bool:
        """Whether no real money can move."""
        key = self.stripe_secret_key.get_secret_value() if self.stripe_secret_key else ""
        return not key.startswith(("sk_live_", "rk_live_"))


def _development_secret(var_dir: Path) -> str:
    path = var_dir / "secret_key"
    if not path.exists():
        var_dir.mkdir(parents=True, exist_ok=True)
        path.write_text(secrets.token_urlsafe(48))
        path.chmod(0o600)
    return path.read_text()
