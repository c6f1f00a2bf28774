# ruff: noqa: E501, SIM905 -- word lists read better as running text
"""What tells French from English in a short text: common little words, endings and letter groups.

Written for this project. Words that exist in both languages with the same spelling are left out.
"""

FUNCTION_WORDS: dict[str, frozenset[str]] = {
    "fr": frozenset(
        """
        le la les un une des du de au aux et ou où est sont es suis etes êtes était etait sera serait soit ont ai avez
        avons avoir être etre ce cet cette ces cela ça ca ceci qui que quoi quel quelle quels quelles dont lequel
        laquelle je tu il elle nous vous ils elles moi toi lui leur leurs mon ma mes ton ta tes son sa ses notre votre
        nos vos y en ne pas plus moins très tres trop peu aussi mais donc car si comme comment combien pourquoi quand
        avec sans sous sur dans pour par chez entre vers depuis pendant avant après apres jusque jusqu contre peut peux
        pouvez peuvent faut fait faire faites dois doit bien mieux bonjour bonsoir merci svp salut oui non avis besoin
        quelqu quelque aucun aucune chaque tout toute tous toutes même meme autre autres ici là deux trois quatre cinq
        l d c s n m t j qu est-ce puis-je peut-on taille couleur noir blanc pouce pièces pieces lot neuf modèle modele
        prix acheter utiliser conseillez conseiller vaut mettre aller marche tient
        """.split()
    ),
    "en": frozenset(
        """
        the a an of and or is are was were be been am it its this that these those what which who whom whose how why
        when where i you he she we they me him her us them my your his our their to in at by for from with without
        into onto about over under between after before since until than then there here not no yes do does did can
        could will would should shall may might must has have had having much many more most less few too also but so
        if as any some all each every other another same just only very really hi hello thanks thank please need want
        get got make use using used work works fit fits good better best does doesn't don't isn't can't won't i'm it's
        what's one two three new size color colour black white with set pack come comes
        """.split()
    ),
}
"""Lower-cased little words. `s`, `t`, `d`... are what an apostrophe leaves."""

AMBIGUOUS: frozenset[str] = frozenset({"a", "an", "on", "me", "as", "or", "son", "t", "s", "m", "d", "pack", "set", "no", "plus", "si", "y", "en"})  # fmt: skip
"""Words that count for little because the other language has them too."""

PATTERNS: dict[str, tuple[tuple[str, float], ...]] = {
    "fr": (
        (r"[àâçéèêëîïôûùœ]", 1.2), (r"\b(?:l|d|j|qu|n|c|s|m|t)['’](?=[a-zà-ÿ]{2})(?!s\b)", 1.6), (r"eaux?\b", 0.6),
        (r"eu(?:r|se|x)s?\b", 0.6), (r"aire\b", 0.4), (r"ique?s?\b", 0.4), (r"oir(?:e|s)?\b", 0.5), (r"ette\b", 0.5),
        (r"tte|lle|nne", 0.2), (r"age\b", 0.1), (r"\bqu", 0.2), (r"aux\b", 0.5), (r"ez\b", 0.7), (r"ier\b|ière", 0.3),
        (r"oui|oua|œu|oeu", 0.3), (r"[a-z]\s[?!:;]", 0.2),
    ),
    "en": (
        (r"\bth|th\b", 0.8), (r"\bwh", 0.7), (r"ing\b", 0.7), (r"w", 0.5), (r"k", 0.3), (r"sh", 0.4), (r"gh", 0.5),
        (r"ee|oo", 0.4), (r"ly\b", 0.5), (r"y\b", 0.3), (r"ness\b|ful\b", 0.6), (r"ck", 0.4), (r"['’](?:s|t|re|ve|ll)\b", 1.6),
        (r"ed\b", 0.3),
    ),
}  # fmt: skip
"""Regular expressions on the lower-cased text (accents kept), each with the log-odds that one match adds."""
