"""What brands refuse, in words a person understands."""

from marketplace.core.errors import Conflict, Invalid


class SlugTaken(Conflict):
    """Another brand or mission has this short name."""

    code = "slug_taken"
    message = "This short name is taken."


class NotAnOrigin(Invalid):
    """Not an address that can carry the widget."""

    code = "not_an_origin"
    message = "Write the address of your shop like https://www.example.com, without anything after it."


class SiteKnown(Conflict):
    """The brand has this site already."""

    code = "site_known"
    message = "This site is on your list already."


class LastOwner(Conflict):
    """A brand cannot be left without an owner."""

    code = "last_owner"
    message = "A brand needs an owner: name another one first."


class AlreadyMember(Conflict):
    """The person is on the team."""

    code = "already_member"
    message = "This person is on the team already."


class NotACatalogue(Invalid):
    """A file that cannot be read as a catalogue at all."""

    code = "not_a_catalogue"
    message = "This file cannot be read as a catalogue: %(why)s"


class MissionIncomplete(Invalid):
    """A mission that promises what cannot be."""

    code = "mission_incomplete"
