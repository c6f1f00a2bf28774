"""Composition of this domain's edges."""

from datetime import datetime
from uuid import UUID

from flask import Flask
from flask_babel import lazy_gettext as _l
from sqlalchemy import text

from experts import (
    availability,
    cli,
    pool,
    presence,
    queries,
    rehearsals,
    routes_applications,
    routes_apply,
    routes_hours,
    routes_missions,
    routes_operator,
    routes_profile,
    routes_rehearsals,
    routes_reputation,
    routes_routing,
    routes_team,
    routes_why,
)
from experts.jobs_rehearsal import rehearse
from marketplace.core.clock import utcnow
from marketplace.core.db import Database
from marketplace.core.jobs import Task
from marketplace.core.web import NavItem, Platform

DOORS = (
    routes_apply.door, routes_missions.door, routes_profile.door, routes_hours.door, routes_reputation.door,
    routes_why.door, routes_applications.door, routes_team.door, routes_routing.door, routes_rehearsals.door,
     routes_operator.door,
)  # fmt: skip

REFRESH_MISSION = "experts.refresh_mission"
BY_DATE = "experts.missions_by_date"

_TURNING = text("""
    SELECT m.id FROM mission m JOIN brand b ON b.id = m.brand_id
     WHERE m.state = 'open' AND (m.starts_on = (:now AT TIME ZONE b.time_zone)::date
        OR m.ends_on = (:now AT TIME ZONE b.time_zone)::date - 1)
""")


def register(app: Flask) -> None:
    """Install the domain's doors, jobs, sweeps and commands."""
    parts: Platform = app.extensions["comptoir"]
    for door in DOORS:
        app.register_blueprint(door)
    parts.sweeps += [lapse_presence, turn_duty]
    parts.jobs.add(Task(REFRESH_MISSION, run=refresh_mission), parts)
    parts.jobs.add(Task(rehearsals.PLAY, run=rehearse, attempts=3), parts)
    parts.jobs.add(Task(BY_DATE, run=turn_missions, cron="3 * * * *"), parts)
    cli.register(app)
    _add_menu(parts)


def lapse_presence(database: Database) -> None:
    """Experts whose heartbeats ceased are away."""
    database.run(lambda session: presence.lapse_due(session, utcnow()))


def turn_duty(database: Database) -> None:
    """Shifts begin and end."""
    database.run(lambda session: availability.duty_due(session, utcnow()))


def refresh_mission(parts: Platform, *, mission_id: str) -> None:
    """Who may answer for a mission that was published, paused, closed or edited."""
    with parts.database.unit_of_work() as session:
        pool.refresh_mission(session, UUID(mission_id), now=utcnow())


def turn_missions(parts: Platform, *, timestamp: int) -> None:
    """Missions that begin or end today by their brand's calendar; done each hour, since midnights differ."""
    now = max(utcnow(), datetime.fromtimestamp(timestamp, utcnow().tzinfo))
    with parts.database.unit_of_work() as session:
        found: list[UUID] = list(session.scalars(_TURNING, {"now": now}))
    for mission_id in found:
        with parts.database.unit_of_work() as session:
            pool.refresh_mission(session, mission_id, now=now)


def _add_menu(parts: Platform) -> None:
    mine, community = _l("My work"), _l("Community")
    parts.nav += [
        NavItem("expert", _l("My missions"), "expert_missions.index", "flag", order=20, group=mine),
        NavItem("expert", _l("Hours"), "expert_hours.index", "calendar-clock", order=22, group=mine),
        NavItem("expert", _l("Reputation"), "expert_reputation.index", "star", order=24, group=mine),
        NavItem("expert", _l("Why (not) me"), "expert_why.index", "scale", order=26, group=mine),
        NavItem("expert", _l("Profile"), "expert_profile.index", "user", order=28, group=mine),
        NavItem(
            "brand", _l("Applications"), "brand_applications.index", "clipboard-check", order=32, group=community,
            badge=lambda session, actor: queries.count_pending(session, list(actor.brands)[:1]),
        ),
        NavItem("brand", _l("Experts"), "brand_experts.index", "user-check", order=34, group=community),
        NavItem("brand", _l("Routing"), "brand_routing.index", "route", order=36, group=community),
        NavItem(
            "operator", _l("Experts"), "operator_experts.index", "user-check", order=20, group=_l("Marketplace")
        ),
    ]  # fmt: skip
