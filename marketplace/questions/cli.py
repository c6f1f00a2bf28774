"""Commands about triage: rank any file of questions, and say how good a brand's own model is."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from marketplace.brands.registry import find_by_slug
from marketplace.core.errors import DomainError
from marketplace.core.web import transaction
from marketplace.questions import language, training
from marketplace.questions.prediction import parse_lines
from marketplace.questions.prediction import run as ranked

triage_group = AppGroup("triage", help="What questions are about.")
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@triage_group.command("predict")
@click.option("--names", "names", type=_FILE, required=True, help="JSON lines: category keys with display names.")
@click.option("--labels", "labels", type=_FILE, default=None, help="JSON lines with a `category`, to learn from.")
def predict(names: Path, labels: Path | None) -> None:
    """Rank the categories of each question on the standard input (JSON lines {id, lang, question, title, description}).

    Writes one line {id, ranked, p, lang} for each, in the same order, as soon as it is known.
    """
    try:
        known = list(_rows(names))
        if not known:
            raise click.ClickException(f"{names}: there is no category in this file.")
        label_rows = list(_rows(labels)) if labels is not None else []
        for found in ranked(sys.stdin, known, label_rows):
            click.echo(json.dumps(found, ensure_ascii=False))
    except (DomainError, UnicodeDecodeError) as error:
        raise click.ClickException(str(error)) from error


@triage_group.command("evaluate")
@click.argument("brand_slug")
def evaluate(brand_slug: str) -> None:
    """Measure the brand's model on confirmed questions and product titles that it has not learnt."""
    with transaction() as session:
        brand = find_by_slug(session, brand_slug)
        if brand is None:
            raise click.ClickException(f"There is no brand {brand_slug!r}.")
        click.echo("lang what            texts  top-1  top-3  macro-F1  coverage at 85 %")
        for lang in language.LANGUAGES:
            for what, measured in training.measure(session, brand.id, lang).items():
                if measured is None:
                    click.echo(f"{lang:<4} {what:<15} too few texts to hold some back")
                    continue
                click.echo(
                    f"{lang:<4} {what:<15} {measured.texts:>5}  {measured.top1:.3f}  {measured.top3:.3f}"
                    f"  {measured.macro_f1:>8.3f}  {measured.coverage:>16.2f}"
                )


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for _number, row in parse_lines(lines, source=path.name):
            yield row
