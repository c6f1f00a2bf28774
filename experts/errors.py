"""What the experts' domain refuses, in words a person understands."""

from marketplace.core.errors import Conflict, Invalid


class NotAPicture(Invalid):
    """A file that is no picture, or one too large to be read."""

    code = "not_a_picture"
    message = "This file is not a picture that we can read: use PNG, JPEG or WebP, at most 8 MB."


class ProfileIncomplete(Invalid):
    """A profile that shoppers could not read."""

    code = "profile_incomplete"


class HoursInvalid(Invalid):
    """Hours that cannot be worked."""

    code = "hours_invalid"


class AlreadyApplied(Conflict):
    """One application per mission."""

    code = "already_applied"
    message = "You have applied for this mission already."


class MissionNotOpen(Conflict):
    """The mission takes no applications."""

    code = "mission_not_open"
    message = "This mission is not open for applications."


class MissionFull(Conflict):
    """All seats are taken."""

    code = "mission_full"
    message = "All seats of this mission are taken."


class ApplicationIncomplete(Invalid):
    """An application that the brand could not judge."""

    code = "application_incomplete"


class ReasonMissing(Invalid):
    """A decision against somebody names its rule and its evidence."""

    code = "reason_missing"
    message = "Say what happened: the expert reads it, and can answer."


class PausedByBrand(Conflict):
    """Who paused is who resumes."""

    code = "paused_by_brand"
    message = "The brand paused this enrolment; only the brand can resume it."


class PolicyRefused(Invalid):
    """A routing policy with a setting that is unknown or outside its bounds; `field` names it."""

    code = "policy_refused"


class PolicyUnchanged(Conflict):
    """A version that would say the same as the present one."""

    code = "policy_unchanged"
    message = "Nothing differs from the present policy."


class RehearsalRuns(Conflict):
    """One rehearsal of a brand at a time."""

    code = "rehearsal_runs"
    message = "A rehearsal of this brand is running. Wait for it, or stop it."


class TooLittleHistory(Conflict):
    """A period with so few questions that chance would decide."""

    code = "too_little_history"
    message = (
        "The last %(days)s days hold %(found)s questions; a rehearsal needs at least %(least)s. Choose a longer period."
    )
