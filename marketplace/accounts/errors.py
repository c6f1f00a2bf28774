"""What accounts refuse, in words a person understands."""

from marketplace.core.errors import Conflict, Forbidden, Invalid, TooMany


class EmailTaken(Conflict):
    """Somebody has this address already."""

    code = "email_taken"
    message = "There is already an account with this e-mail address."


class WrongSignIn(Invalid):
    """Address or password is wrong; which of them is not said."""

    code = "wrong_sign_in"
    message = "This e-mail address and password do not go together."


class EmailNotConfirmed(Forbidden):
    """The password was right, but the address was never confirmed."""

    code = "email_not_confirmed"
    message = "Confirm your e-mail address first: we have just sent you a new link."


class AccountDisabled(Forbidden):
    """The password was right, but an operator closed the account."""

    code = "account_disabled"
    message = "This account is closed. Write to us if you think that this is a mistake."


class LinkExpired(Invalid):
    """A mailed link that is too old, was used, or is not ours."""

    code = "link_expired"
    message = "This link was used already or is too old. Ask for a new one."


class WeakPassword(Invalid):
    """Too short, or too close to the person's own name or address."""

    code = "weak_password"


class TooManyTries(TooMany):
    """Sign-in is closed for a while."""

    code = "too_many_tries"
    message = "Too many tries. Wait %(wait)s, then try again."
