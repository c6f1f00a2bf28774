"""People: how an account begins, is confirmed, changes and is closed."""

from datetime import datetime
from hashlib import sha256
from uuid import UUID
from zoneinfo import available_timezones

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select
from sqlalchemy.orm import Session

from marketplace.accounts import links, passwords
from marketplace.accounts.errors import (
    AccountDisabled,
    EmailNotConfirmed,
    EmailTaken,
    LinkExpired,
    WrongSignIn,
)
from marketplace.accounts.models import Person
from marketplace.core.errors import Invalid
from marketplace.core.locales import LOCALES
from marketplace.mail.outbox import post

THEMES = ("", "light", "dark")


def clean_email(email: str, *, field: str = "email") -> str:
    """The address as it is stored. Raises `Invalid` for what cannot be one."""
    try:
        found = validate_email(email.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        raise Invalid("“%(email)s” is not an e-mail address.", field=field, email=email.strip()[:80]) from error
    return found.normalized.lower()


def find_by_email(session: Session, email: str) -> Person | None:
    """Whose address this is."""
    return session.scalar(select(Person).where(Person.email == email.strip().lower()))


def create_person(
    session: Session, *, email: str, name: str, password: str | None, now: datetime, confirmed: bool = False,
    is_operator: bool = False, locale: str = "fr", time_zone: str = "Europe/Paris",
) -> Person:  # fmt: skip
    """An account, without any mail. `password=None`: one must be chosen by a reset link before the first sign-in.

    Raises `EmailTaken`, `WeakPassword`, `Invalid`.
    """
    email, name = clean_email(email), clean_name(name)
    if find_by_email(session, email) is not None:
        raise EmailTaken(field="email")
    if password is not None:
        passwords.check_password(password, email=email, name=name)
    person = Person(
        email=email, name=name, locale=_locale(locale), time_zone=_zone(time_zone), is_operator=is_operator,
        password_hash=passwords.hash_password(password) if password is not None else passwords.NO_PASSWORD,
        created_at=now, email_confirmed_at=now if confirmed else None,
    )  # fmt: skip
    session.add(person)
    session.flush()
    return person


def sign_up(
    session: Session, *, email: str, name: str, password: str, locale: str, time_zone: str, now: datetime,
    then: str = "",
) -> Person:  # fmt: skip
    """An account and the mail that confirms its address. `then` is the page to go to once confirmed.

    Raises `EmailTaken`, `WeakPassword`, `Invalid`.
    """
    person = create_person(
        session, email=email, name=name, password=password, locale=locale, time_zone=time_zone, now=now
    )
    send_confirmation(session, person, now=now, then=then)
    return person


def send_confirmation(session: Session, person: Person, *, now: datetime, then: str = "") -> None:
    """Mail the link that confirms the address."""
    token = links.sign(session, "confirm", {"person": str(person.id), "email": person.email, "then": then})
    _mail(session, person, "confirm_email", f"/confirm/{token}", now)


def tell_already_registered(session: Session, person: Person, *, now: datetime) -> None:
    """Mail to the holder of an address that somebody tried to sign up with again."""
    _mail(session, person, "already_registered", "/sign-in", now)


def confirm(session: Session, token: str, *, now: datetime) -> tuple[Person, str]:
    """Confirm the address that the link was mailed to: (person, page to go to). Raises `LinkExpired`."""
    content = links.read(session, "confirm", token, seconds=links.CONFIRM_SECONDS)
    person = _person_of(session, content.get("person"))
    if person.email != content.get("email") or person.email_confirmed_at is not None:
        raise LinkExpired
    person.email_confirmed_at = now
    session.flush()
    return person, str(content.get("then", ""))


def check_sign_in(session: Session, *, email: str, password: str) -> Person:
    """Who this is. Raises `WrongSignIn`, and only for the right password `AccountDisabled`, `EmailNotConfirmed`."""
    person = find_by_email(session, email)
    if not passwords.matches(person.password_hash if person else passwords.NO_PASSWORD, password) or person is None:
        raise WrongSignIn
    if person.disabled_at is not None:
        raise AccountDisabled
    if person.email_confirmed_at is None:
        raise EmailNotConfirmed
    if passwords.is_outdated(person.password_hash):
        person.password_hash = passwords.hash_password(password)
    return person


def ask_reset(session: Session, *, email: str, now: datetime) -> None:
    """Mail a link to choose a new password; nothing happens, and nothing is said, for an unknown address."""
    person = find_by_email(session, email)
    if person is None or person.disabled_at is not None:
        return
    token = links.sign(session, "reset", {"person": str(person.id), "state": _fingerprint(person)})
    _mail(session, person, "reset_password", f"/reset/{token}", now)


def open_reset(session: Session, token: str) -> Person:
    """Whose link this is, while it is good. Raises `LinkExpired`."""
    content = links.read(session, "reset", token, seconds=links.RESET_SECONDS)
    person = _person_of(session, content.get("person"))
    if content.get("state") != _fingerprint(person):
        raise LinkExpired
    return person


def reset(session: Session, token: str, *, password: str, now: datetime) -> Person:
    """Choose a new password by a mailed link; this proves the address too. Raises `LinkExpired`, `WeakPassword`."""
    person = open_reset(session, token)
    set_password(session, person, password=password)
    person.email_confirmed_at = person.email_confirmed_at or now
    session.flush()
    return person


def change_password(session: Session, person: Person, *, current: str, password: str) -> None:
    """Raises `WrongSignIn` (field `current`) and `WeakPassword`."""
    if not passwords.matches(person.password_hash, current):
        raise WrongSignIn("This is not your present password.", field="current")
    set_password(session, person, password=password)


def set_password(session: Session, person: Person, *, password: str) -> None:
    """Raises `WeakPassword`."""
    passwords.check_password(password, email=person.email, name=person.name)
    person.password_hash = passwords.hash_password(password)
    session.flush()


def change_profile(session: Session, person: Person, *, name: str, locale: str, time_zone: str, theme: str) -> None:
    """Raises `Invalid`."""
    person.name = clean_name(name)
    person.locale, person.time_zone = _locale(locale), _zone(time_zone)
    person.theme = theme if theme in THEMES else ""
    session.flush()


def disable(session: Session, person: Person, *, now: datetime) -> None:
    """Close the account: nobody signs in with it any more."""
    person.disabled_at = person.disabled_at or now
    session.flush()


def enable(session: Session, person: Person) -> None:
    """Open the account again."""
    person.disabled_at = None
    session.flush()


def clean_name(name: str) -> str:
    """The name in one line of at most 80 characters. Raises `Invalid` when nothing is left."""
    cleaned = " ".join(name.split())
    if not cleaned:
        raise Invalid("Tell us your name.", field="name")
    if len(cleaned) > 80:
        raise Invalid("This name is too long: at most 80 characters.", field="name")
    return cleaned


def _person_of(session: Session, key: object) -> Person:
    try:
        person = session.get(Person, UUID(str(key)), with_for_update=True)
    except ValueError:
        person = None
    if person is None or person.disabled_at is not None:
        raise LinkExpired
    return person


def _fingerprint(person: Person) -> str:
    """Changes with the password, so that a reset link works once."""
    return sha256(person.password_hash.encode()).hexdigest()[:16]


def _locale(locale: str) -> str:
    return locale if locale in LOCALES else "en"


def _zone(time_zone: str) -> str:
    if time_zone not in available_timezones():
        raise Invalid("“%(zone)s” is not a time zone.", field="time_zone", zone=time_zone[:60])
    return time_zone


def _mail(session: Session, person: Person, template: str, path: str, now: datetime) -> None:
    context = {"name": person.name, "link": links.address(session, path)}
    post(session, to=person.email, locale=person.locale, template=template, context=context, now=now)
