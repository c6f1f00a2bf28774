"""The composition root: `create_app(settings)` puts the parts together; STORY says what follows what."""

from __future__ import annotations

if __name__ == "__main__":
    from gevent import monkey

    monkey.patch_all()

import json
import logging
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from flask import Flask
from flask_babel import force_locale, gettext
from flask_socketio import SocketIO
from jinja2 import StrictUndefined
from socketio import PubSubManager
from sqlalchemy.orm import Session
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from experts import (
    admission,
    agents,
    board,
    callings,
    candidates,
    consequences,
    dispatch,
    handovers,
    recategorised,
    reputation,
    workbench_wiring,
)
from experts import wiring as experts
from experts.events import AvailabilityChanged, ExpertFree, ExpertFull, OfferMade
from marketplace.accounts import wiring as accounts
from marketplace.brands import wiring as brands
from marketplace.brands.events import CatalogueChanged, MissionChanged
from marketplace.chat import conversations, drafts, later, transfers
from marketplace.chat import wiring as chat
from marketplace.chat.events import (
    ConversationClosed,
    ConversationOpened,
    MessagePosted,
    SegmentClosed,
    SegmentOpened,
    TransferAsked,
)  # fmt: skip
from marketplace.chat.fanout import PostgresManager, RedisFanout
from marketplace.core import launch
from marketplace.core.db import Database, psycopg_url
from marketplace.core.errors import DomainError
from marketplace.core.events import Consequences, Story
from marketplace.core.i18n import init_i18n
from marketplace.core.jobs import Jobs
from marketplace.core.realtime import Realtime
from marketplace.core.settings import Settings
from marketplace.core.storage import Storage
from marketplace.core.web import Platform, init_web, verify_doors
from marketplace.insights import wiring as insights
from marketplace.mail import wiring as mail
from marketplace.orders import wiring as orders
from marketplace.orders.events import OrderReported, OrderReturned
from marketplace.push import wiring as push
from marketplace.push.events import DeviceReached
from marketplace.questions import learning, training, triage
from marketplace.questions import wiring as questions
from marketplace.questions.events import (
    EmailLeft,
    QuestionAsked,
    QuestionEnded,
    QuestionRecategorised,
    QuestionTriaged,
)  # fmt: skip
from marketplace.ratings import reviews
from marketplace.ratings import wiring as ratings
from marketplace.ratings.events import RatingSaved
from marketplace.widget import wiring as widget
from payouts import announcing, documents_wiring, earnings, letters, letters_decisions, sales, wallet
from payouts import wiring as payouts
from payouts.demo import wiring as demo
from payouts.events import (
    AutomaticTopUpFailed,
    ChargebackMoved,
    DisputeMoved,
    EarningTakenBack,
    PayeeStopped,
    PayoutSettled,
    PayRefused,
    WalletLow,
)

ROOT = Path(__file__).resolve().parent
DOMAINS = (
    mail,
    push,
    accounts,
    brands,
    questions,
    chat,
    ratings,
    orders,
    widget,
    insights,
    experts,
    workbench_wiring,
    payouts,
    documents_wiring,
    demo,
)


def create_app(settings: Settings | None = None, *, database: Database | None = None) -> Flask:
    """The application. Without `database`, one is made from the settings (the embedded server when none is named)."""
    settings = settings or Settings()
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(level))
    app = Flask(__name__, static_folder=None)
    app.config.update(
        SECRET_KEY=settings.secret_key.get_secret_value(),
        TESTING=settings.environment == "test",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.public_url.startswith("https://"),
        MAX_CONTENT_LENGTH=12 * 1024 * 1024,
        WTF_CSRF_TIME_LIMIT=None,
    )
    if database is None:
        database = Database(launch.database_url(settings), pool=settings.database_pool)
    app.extensions["comptoir"] = _platform(app, settings, database)
    app.jinja_env.undefined = StrictUndefined
    asset = _asset_finder(ROOT / "static" / "dist")
    app.jinja_env.globals.update(asset=asset, icon_href=lambda name: f"{asset('img/icons.svg')}#{name}")
    init_i18n(app)
    init_web(app)
    for domain in DOMAINS:
        domain.register(app)
    verify_doors(app)
    app.cli.add_command(launch.worker_command)
    app.cli.add_command(launch.migrate_command)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    in_development = settings.environment == "development"  # what is built again is served without a restart
    static = WhiteNoise(app.wsgi_app, max_age=0, immutable_file_test=_is_hashed, autorefresh=in_development)
    if (ROOT / "static" / "dist").is_dir():
        static.add_files(str(ROOT / "static" / "dist"), prefix="static/")
    app.wsgi_app = static  # type: ignore[method-assign]
    return app


def _platform(app: Flask, settings: Settings, database: Database) -> Platform:
    sockets = SocketIO(
        app,
        async_mode="gevent" if launch.is_gevent() else "threading",
        client_manager=_socket_manager(settings, database.url),
        async_handlers=False,
        manage_session=False,
        cors_allowed_origins="*",  # tokens, not cookies, open /shopper; the other doors check the Origin themselves
        max_http_buffer_size=64 * 1024,
        http_compression=False,
        ping_interval=25,
        ping_timeout=20,
    )
    app.extensions["sockets"] = sockets

    def translate(error: DomainError, locale: str) -> str:
        with app.app_context(), force_locale(locale):
            return gettext(error.detail, **error.values) if error.values else gettext(error.detail)

    realtime = Realtime(sockets.server, translate)  # type: ignore[attr-defined]
    jobs = Jobs(database.url)
    database.info.update(
        story=STORY, jobs=jobs, emit=realtime.emit, settings=settings, free_experts=_free_and_payable,
        can_start=wallet.can_start, can_pay=wallet.can_pay,
        introduce=handovers.introduction, colleagues=handovers.colleagues,
        stance=admission.stance,
    )  # fmt: skip
    return Platform(settings, database, jobs, realtime, Storage(settings.var_dir / "files"))


def _free_and_payable(session: Session, brand_id: UUID) -> int:
    """How many people may be promised to a shopper: no expert while the brand cannot pay for a conversation."""
    experts_free = candidates.count_free(session, brand_id) if wallet.can_pay(session, brand_id) else 0
    return experts_free + agents.count_own(session, brand_id)


def _asset_finder(dist: Path) -> Callable[[str], str]:
    """`asset(name)`: the address of the built, hashed file; the manifest is read again when it changes."""
    manifest_path = dist / "manifest.json"
    cache: dict[str, Any] = {"at": None, "names": {}}

    def asset(name: str) -> str:
        changed = manifest_path.stat().st_mtime if manifest_path.exists() else None
        if cache["at"] != changed:
            cache.update(at=changed, names=json.loads(manifest_path.read_text()) if changed else {})
        return "/static/" + cache["names"].get(name, name)

    return asset


def _socket_manager(settings: Settings, url: str) -> PubSubManager | None:
    if settings.environment == "test":
        return None  # in-process socket clients refuse a message queue
    if settings.redis_url:
        return RedisFanout(settings.redis_url)
    return PostgresManager(psycopg_url(url))


def _is_hashed(_path: str, url: str) -> bool:
    stem = url.rsplit("/", 1)[-1].split(".")[0]
    return len(stem.rsplit("-", 1)[-1]) == 8 and "-" in stem


STORY: Story = {
    CatalogueChanged: Consequences(now=(training.on_catalogue,)),
    # (1) asked > (2) triaged > (3) matched
    QuestionAsked: Consequences(now=(triage.on_asked,)),
    QuestionTriaged: Consequences(now=(dispatch.on_triaged, board.on_question)),
    QuestionRecategorised: Consequences(now=(conversations.on_recategorised, recategorised.on_recategorised)),
    EmailLeft: Consequences(now=(dispatch.on_email_left,)),
    QuestionEnded: Consequences(now=(dispatch.on_ended, board.on_question)),
    ExpertFree: Consequences(now=(dispatch.on_expert_free,)),
    ExpertFull: Consequences(now=(dispatch.on_expert_full,)),
    AvailabilityChanged: Consequences(
        now=(consequences.on_availability, agents.on_availability, board.on_availability)
    ),
    MissionChanged: Consequences(later=("experts.refresh_mission",)),
    # (4) conversation
    ConversationOpened: Consequences(  # the wallet last: it stays locked until the commit
        now=(consequences.on_opened, board.on_conversation, earnings.on_conversation_opened)
    ),
    OfferMade: Consequences(now=(callings.on_offer_made,)),
    TransferAsked: Consequences(now=(callings.on_transfer_asked,)),
    DeviceReached: Consequences(now=(callings.on_reached,)),
    MessagePosted: Consequences(now=(later.on_posted, callings.on_posted)),
    SegmentOpened: Consequences(now=(consequences.on_segment_opened, board.on_conversation)),
    SegmentClosed: Consequences(
        now=(
            consequences.on_segment_closed,
            agents.on_segment_closed,
        )
    ),
    # (6) earned
    ConversationClosed: Consequences(
        now=(
            transfers.on_closed,
            drafts.on_closed,
            earnings.on_conversation_closed,
            announcing.on_conversation_closed,
            learning.on_closed,
            board.on_conversation,
        )
    ),
    # (5) rated
    RatingSaved: Consequences(now=(reputation.on_rating, reviews.on_rating)),
    # bought: shares of sales
    OrderReported: Consequences(now=(sales.on_order_reported,)),
    OrderReturned: Consequences(now=(sales.on_order_returned,)),
    PayRefused: Consequences(now=(letters_decisions.on_pay_refused,)),
    EarningTakenBack: Consequences(now=(letters_decisions.on_taken_back,)),
    DisputeMoved: Consequences(now=(letters_decisions.on_dispute_moved,)),
    # (7) paid
    PayoutSettled: Consequences(now=(letters.on_payout_settled,)),
    PayeeStopped: Consequences(now=(letters.on_payee_stopped,)),
    WalletLow: Consequences(now=(letters.on_wallet_low,)),
    AutomaticTopUpFailed: Consequences(now=(letters.on_automatic_top_up_failed,)),
    ChargebackMoved: Consequences(now=(letters.on_chargeback,)),
}
"""What follows what: event -> handlers (now | after commit | later). Read it as the table of contents of the story."""


if __name__ == "__main__":
    launch.serve(create_app, demo=os.environ.get("COMPTOIR_DEMO", "1") == "1")
