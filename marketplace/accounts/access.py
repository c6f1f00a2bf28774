"""The doors to people and their sign-ins."""

from uuid import UUID

from sqlalchemy.orm import Session

from marketplace.accounts.models import Person, SignIn
from marketplace.core.actors import Actor
from marketplace.core.errors import NotFound


def access_person(session: Session, actor: Actor, person_id: UUID, *, lock: bool = False) -> Person:
    """The person, for himself or an operator. Raises `NotFound` for everybody else."""
    allowed = actor.is_operator or (actor.person_id is not None and actor.person_id == person_id)
    person = session.get(Person, person_id, with_for_update=lock) if allowed else None
    if person is None:
        raise NotFound
    return person


def access_sign_in(session: Session, actor: Actor, sign_in_id: UUID, *, lock: bool = False) -> SignIn:
    """The sign-in, for its person or an operator. Raises `NotFound` for everybody else."""
    sign_in = session.get(SignIn, sign_in_id, with_for_update=lock)
    if sign_in is None or not (actor.is_operator or actor.person_id == sign_in.person_id):
        raise NotFound
    return sign_in
