"""What `make run` prints once everything is up: where to go, with which account, and what to try."""

from marketplace.core.settings import Settings
from marketplace.demo.catalogue import demo_brands
from payouts.demo.world import OPERATOR, OWNERS, PASSWORD, demo_experts


def announce(settings: Settings) -> str:
    """The addresses, the accounts and the first steps, in plain words."""
    platform, shop = settings.public_url.rstrip("/"), settings.shop_url.rstrip("/")
    lines = ["", "Comptoir is running (test payments, no real money). Ctrl-C stops everything.", ""]
    lines.append(f"  Platform          {platform}/")
    lines.append(f"  Demo shops        {shop}/   (another site; it carries nothing but the snippet)")
    for brand in demo_brands():
        product = next(each for each in brand.products if each.stock)
        lines.append(f"    {brand.name:<17} {shop}/{brand.slug}{product.path}")
    lines += [
        f"  Expert workbench  {platform}/expert/",
        f"  Brand console     {platform}/brand",
        f"  Operator          {platform}/operator",
        "", f"Accounts (password of all: {PASSWORD})",
    ]  # fmt: skip
    for brand in demo_brands():
        for persona in demo_experts(brand.slug):
            lines.append(f"  {'Expert, ' + brand.name:<25} {persona.email}")
    for slug, (_name, email) in OWNERS.items():
        named = next(brand.name for brand in demo_brands() if brand.slug == slug)
        lines.append(f"  {'Brand, ' + named:<25} {email}")
    lines.append(f"  {'Operator':<25} {OPERATOR}")
    first = demo_experts(demo_brands()[0].slug)[0]
    lines += [
        "", "Try this",
        f"  1. Sign in as {first.email}, open the workbench and switch yourself available.",
        f"  2. In a private window, open the {demo_brands()[0].name} product above and ask a question in the widget.",
        "  3. Back at the workbench, accept the offer before its countdown ends, and answer.",
        "  4. As the shopper, reply, end the conversation and rate it. The expert sees under “Earnings” what it paid.",
        "  5. As the operator, prepare, approve and execute a payout run.",
        "More traffic: `.venv/bin/flask demo live --rate 6`, in another window.",
        "", "",
    ]  # fmt: skip
    return "\n".join(lines)
