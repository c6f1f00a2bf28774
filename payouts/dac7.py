"""The yearly report on sellers (directive (EU) 2021/514, “DAC7”) as XML, shaped like the OECD's DPI schema, version 1.

The directive's consideration is what the seller was paid or credited, fees taken off: our net.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, register_namespace, tostring

from payouts.models import LegalParty
from payouts.reports import Period, Seller

DPI, STF = "urn:oecd:ties:dpi:v1", "urn:oecd:ties:dpistf:v1"
QUARTERS = (1, 2, 3, 4)


def _add(parent: Element, name: str, text: object = None, space: str = DPI, **attributes: str) -> Element:
    child = SubElement(parent, f"{{{space}}}{name}", attributes)
    if text is not None:
        child.text = str(text)
    return child


def xml_of(issuer: LegalParty, year: int, sellers: Sequence[Seller], *, now: datetime) -> bytes:
    """The report; sellers whose details are incomplete are left out and have to be asked. Whole units of currency."""
    register_namespace("dpi", DPI)
    register_namespace("stf", STF)
    root = Element(f"{{{DPI}}}DPI_OECD", {"version": "1.0"})
    head = _add(root, "MessageSpec")
    for name, value in (
        ("SendingEntityIN", issuer.siren or issuer.name), ("TransmittingCountry", issuer.country),
        ("ReceivingCountry", issuer.country), ("MessageType", "DPI"), ("MessageRefId", f"{issuer.country}{year}-1"),
        ("MessageTypeIndic", "DPI401"), ("ReportingPeriod", f"{year}-12-31"),
        ("Timestamp", now.strftime("%Y-%m-%dT%H:%M:%S")),
    ):  # fmt: skip
        _add(head, name, value)
    body = _add(root, "DPIBody")
    operator = _add(body, "PlatformOperator")
    _add(operator, "ResCountryCode", issuer.country)
    _add(operator, "TIN", issuer.siren or "NOTIN", issuedBy=issuer.country)
    _add(operator, "Name", issuer.name)
    _add(operator, "PlatformBusinessName", "Comptoir")
    _address(operator, issuer)
    _add(operator, "AssumedReporting", "false")
    for seller in sellers:
        if seller.is_complete:
            _seller(body, seller, year)
    indent(root)
    return bytes(tostring(root, encoding="utf-8", xml_declaration=True))


def _seller(body: Element, seller: Seller, year: int) -> None:
    party = seller.party
    assert party is not None, "only complete sellers are reported"
    reported = _add(body, "ReportableSeller")
    person = _add(_add(_add(reported, "Identity"), "IndividualSeller"), "Standard")
    given = _add(person, "IndSellerID")
    _add(given, "ResCountryCode", party.country)
    _add(given, "TIN", party.tin, issuedBy=party.tin_country or party.country)
    if party.vat_number:
        _add(given, "IN", party.vat_number, issuedBy=party.country, INType="VAT")
    first, _, last = party.name.rpartition(" ")
    name = _add(given, "Name")
    _add(name, "FirstName", first or "NFN")
    _add(name, "LastName", last)
    _address(given, party)
    _add(_add(given, "BirthInfo"), "BirthDate", party.born_on)
    if seller.account:
        account = _add(person, "FinancialIdentifier")
        _add(account, "Identifier", seller.account, AccountNumberType="Other")
    services = _add(_add(reported, "RelevantActivities"), "PersonalServices")
    _quarters(services, "Consideration", "ConsQ", seller, lambda one: round(one.net.decimal))
    _quarters(services, "NumberOfActivities", "NumbQ", seller, lambda one: one.count)
    _quarters(services, "Fees", "FeesQ", seller, lambda one: round(one.fees.decimal))
    _quarters(services, "Taxes", "TaxQ", seller, lambda _one: 0)
    spec = _add(reported, "DocSpec")
    _add(spec, "DocTypeIndic", "OECD1", STF)
    _add(spec, "DocRefId", f"{party.country}{year}-{seller.person_id}-{seller.currency}", STF)


def _quarters(parent: Element, name: str, prefix: str, seller: Seller, value: Any) -> None:
    group = _add(parent, name)
    for number in QUARTERS:
        one: Period = seller.quarter(number)
        attributes = {} if name == "NumberOfActivities" else {"currCode": seller.currency}
        _add(group, f"{prefix}{number}", value(one), **attributes)


def _address(parent: Element, party: LegalParty) -> None:
    address = _add(parent, "Address", legalAddressType="OECD304")
    _add(address, "CountryCode", party.country)
    fixed = _add(address, "AddressFix")
    for name, value in (("Street", party.street), ("PostCode", party.postcode), ("City", party.city)):
        _add(fixed, name, value)
