"""Who does what to whom in one parsed sentence, and in which mood: what the rules ask the parse.

Names of relations are those of spaCy's English models (ClearNLP). Everything here is about words; who is who is the
cast's matter.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.draft.rules.acts import Phrase, nouns, verbs, words

if TYPE_CHECKING:
    from spacy.tokens import Span, Token

_SUBJECTS = ("nsubj", "nsubjpass", "csubj", "csubjpass")
_NEAR = ("prt", "prep", "dobj", "acomp", "advmod", "oprd", "attr", "npadvmod", "nsubjpass", "xcomp")
_NEARER = ("pobj", "amod", "compound", "pcomp")
_CONTROL = frozenset([
    "press", "urge", "order", "allow", "ask", "tell", "force", "pressure", "persuade", "invite", "advise", "warn",
    "compel", "instruct", "permit", "help", "encourage", "push", "want", "call", "require", "get", "lead", "direct",
])  # fmt: skip
_UNSURE = frozenset(["may", "might", "could", "would", "can", "should", "must", "ought"])


def child(token: Token, *relations: str) -> Token | None:
    """Return the first child in one of the relations."""
    return next((one for one in token.children if one.dep_ in relations), None)


def joined(token: Token) -> Iterator[Token]:
    """Yield a token and what is joined to it by `and`."""
    yield token
    for one in token.children:
        if one.dep_ == "conj" and one.i > token.i:
            yield from joined(one)


def is_verb(token: Token) -> bool:
    """Whether a token stands as a verb."""
    return token.pos_ in ("VERB", "AUX") and token.dep_ not in ("aux", "auxpass", "amod", "compound")


def is_passive(verb: Token) -> bool:
    """Whether a verb is in the passive, or a participle behind its noun."""
    if child(verb, "nsubjpass", "auxpass") is not None:
        return True
    bare = verb.dep_ == "acl" or (verb.dep_ == "advcl" and child(verb, "aux", "mark", *_SUBJECTS) is None)
    return verb.tag_ == "VBN" and bare and not _is_main(verb)


def _is_main(verb: Token) -> bool:
    """Whether a participle is the verb of a sentence that the parse has none for: `Volia, its ally, called on both`."""
    root = verb.sent.root
    below = verb.head == root or (verb.head.dep_ == "appos" and verb.head.head == root)
    return verb.dep_ == "acl" and root.pos_ in ("NOUN", "PROPN") and below and child(verb, "agent") is None


def subjects(verb: Token, depth: int = 0) -> list[Token]:
    """Return the grammatical subjects, those of a governing verb where the verb has none of its own."""
    own = child(verb, *_SUBJECTS)
    if own is not None:
        return _antecedent(verb, own)
    if depth > 6:
        return []
    head = verb.head
    if _is_main(verb):
        return list(joined(verb.sent.root))
    if verb.dep_ in ("acl", "relcl"):
        return [head] if head.pos_ in ("NOUN", "PROPN", "PRON") else []
    if verb.dep_ == "pcomp":
        talked = child(head.head, "dobj") if head.lower_ == "into" else None
        if talked is not None:  # talked them into signing
            return list(joined(talked))
        head = head.head
    if verb.dep_ == "xcomp" and head.lemma_ in _CONTROL:
        own = child(head, "nsubjpass") or child(head, "dobj")
        if own is not None:
            return list(joined(own))
    if verb.dep_ in ("conj", "xcomp", "advcl", "pcomp", "ccomp", "dep", "prep") and head != verb:
        return subjects(head, depth + 1) if is_verb(head) or head.pos_ == "ADJ" else _of_noun(head)
    return []


def _of_noun(noun: Token) -> list[Token]:
    """Return the subject of the verb that a noun is the object of, such as `plan` of `has a plan to attack`."""
    return subjects(noun.head, 3) if noun.dep_ in ("dobj", "acomp", "attr") and is_verb(noun.head) else []


def _antecedent(verb: Token, subject: Token) -> list[Token]:
    if subject.lower_ not in ("who", "which", "that") or subject.tag_ == "DT":
        return list(joined(subject))
    if verb.dep_ == "relcl":
        return list(joined(verb.head))
    before = next((one for one in reversed(subject.doc[: subject.i]) if one.pos_ in ("NOUN", "PROPN")), None)
    return [before] if before is not None and before.i >= subject.i - 3 else [subject]


def agents(verb: Token) -> list[Token]:
    """Return who does it: the subjects, or in the passive what follows `by`."""
    if not is_passive(verb):
        return subjects(verb)
    by = next(
        (one for one in verb.children if one.dep_ == "agent" or (one.dep_ == "prep" and one.lower_ == "by")), None
    )
    found = by and child(by, "pobj")
    return list(joined(found)) if found is not None else []


def patients(verb: Token) -> list[Token]:
    """Return to whom or what it is done: the objects, or in the passive the subjects."""
    if is_passive(verb):
        return subjects(verb)
    return [one for token in verb.children if token.dep_ in ("dobj", "dative", "oprd") for one in joined(token)]


def after(token: Token, *prepositions: str) -> list[Token]:
    """Return what follows prepositions of a token, any of them where none is named."""
    found = []
    for prep in token.children:
        if prep.dep_ in ("prep", "agent", "dative") and (not prepositions or prep.lower_ in prepositions):
            for inner in (prep, *(one for one in prep.children if one.dep_ == "prep")):
                found += [one for top in inner.children if top.dep_ in ("pobj", "pcomp") for one in joined(top)]
    return found


def companions(token: Token) -> set[str]:
    """Return lemmas near a verb or noun that make it a phrase: particles, prepositions, objects and theirs."""
    found = set()
    for near in token.children:
        if near.dep_ == "ccomp" and token.lemma_ in ("let", "allow", "permit"):
            found |= {inner.lemma_.lower() for inner in near.children if inner.dep_ in _SUBJECTS}
        if near.dep_ in (*_NEAR, "compound", "amod", "nmod"):
            for one in joined(near):
                found |= {one.lemma_.lower(), one.lower_}
                found |= {inner.lemma_.lower() for inner in one.children if inner.dep_ in _NEARER}
    return found


def act_of_verb(verb: Token) -> Phrase | None:
    """Return the act of a verb by the longest phrase that fits; of a light verb that of its noun."""
    ranked = verbs().get(verb.lemma_.lower(), ())
    near = companions(verb)
    fits = next((one for one in ranked if all(_is_near(word, near) for word in one.rest)), None)
    if fits is not None and fits.rest:
        return fits
    noun = light_noun(verb)
    return (act_of_noun(noun) if noun is not None else None) or fits


def _is_near(word: str, near: set[str]) -> bool:
    """Whether a word of a phrase is near; `@force` is any word of that group."""
    return not near.isdisjoint(words(word)) if word.startswith("@") else word in near


def light_noun(verb: Token) -> Token | None:
    """Return the noun of event that a light verb carries out, such as `strikes` of `carried out strikes`."""
    if verb.lemma_.lower() not in words("light"):
        return None
    ranked = [one for one in patients(verb) if one.lemma_.lower() in nouns() and one.pos_ in ("NOUN", "PROPN")]
    return ranked[0] if ranked else None


def act_of_noun(noun: Token) -> Phrase | None:
    """Return the act of a noun of event by the longest phrase that fits."""
    near = {one.lemma_.lower() for one in noun.lefts} | {"to" for one in noun.children if one.lower_ == "to"}
    near |= {one.lower_ for one in noun.rights if one.dep_ == "prep"}
    if noun.pos_ not in ("NOUN", "PROPN"):
        return None
    ranked = nouns().get(noun.lemma_.lower(), ()) or nouns().get(noun.lower_, ())
    return next((one for one in ranked if near.issuperset(one.rest)), None)


def negated(token: Token) -> bool:
    """Whether a verb or noun is denied: not, never, no, without."""
    if any(one.dep_ == "neg" or one.lower_ in ("never", "no", "neither", "nor", "without") for one in token.lefts):
        return True
    if token.dep_ in ("pobj", "pcomp") and token.head.lower_ == "without":
        return True
    return any(one.dep_ == "neg" or (one.lower_ == "never") for one in token.children)


def auxiliaries(verb: Token) -> set[str]:
    """Return the auxiliaries of a verb, those of the verb that it is joined to where it has none of its own."""
    own = {one.lower_ for one in verb.children if one.dep_ in ("aux", "auxpass")}
    if not own and verb.dep_ == "conj" and child(verb, *_SUBJECTS) is None and is_verb(verb.head):
        return auxiliaries(verb.head)
    return own


def is_future(verb: Token) -> bool:
    """Whether a verb speaks of what is to come."""
    found = auxiliaries(verb)
    if found & {"will", "'ll", "shall", "wo"}:
        return True
    if "would" in found and reporting(verb) is not None:
        return True
    return verb.dep_ == "xcomp" and verb.head.lemma_ == "go" and verb.head.tag_ == "VBG"


def is_unsure(verb: Token) -> bool:
    """Whether a verb says what may or would be."""
    return bool(auxiliaries(verb) & _UNSURE) and not is_future(verb)


def is_obliged(verb: Token) -> bool:
    """Whether a verb says what must be done."""
    found = auxiliaries(verb)
    return bool(found & {"must", "should", "ought"}) or (verb.dep_ == "xcomp" and verb.head.lemma_ in ("have", "need"))


def is_conditional(token: Token) -> bool:
    """Whether a token or what it depends on is within an if, unless, whether or in case."""
    for one in (token, *token.ancestors):
        marks = {part.lower_ for part in one.children if part.dep_ in ("mark", "prep", "advmod")}
        if one.dep_ in ("advcl", "ccomp", "acl", "pcomp", "relcl") and marks & {"if", "unless", "whether", "lest"}:
            return True
        if one.lower_ in ("if", "unless", "whether", "provided", "case") and one.dep_ in ("mark", "prep", "pobj"):
            return True
        if one.dep_ == "advcl" and one.lefts and next(iter(one.lefts), one).lower_ in ("should", "were", "had"):
            return (
                one.n_lefts > 0
                and next(iter(one.lefts)).dep_ == "aux"
                and next(iter(one.lefts)).i
                < min((part.i for part in one.children if part.dep_ in _SUBJECTS), default=-1)
            )
    return False


def is_question(sentence: Span) -> bool:
    """Whether a sentence asks."""
    return sentence.text.rstrip(" \"'").endswith("?")


def reporting(verb: Token) -> Token | None:
    """Return the verb of speech that a clause depends on, if any."""
    one = verb
    for _ in range(8):
        if one.dep_ == "ROOT":
            break
        if one.dep_ in ("ccomp", "acl", "xcomp", "parataxis") and one.head.lemma_.lower() in words("speech"):
            return one.head if not _is_parted(one, one.head) else None
        one = one.head
    speaker = next((part for part in one.children if part.dep_ == "parataxis"), None)
    return speaker if speaker is not None and speaker.lemma_.lower() in words("speech") and speaker != verb else None


def _is_parted(one: Token, other: Token) -> bool:
    """Whether a semicolon stands between two words: then neither reports the other."""
    first, last = sorted((one.i, other.i))
    return any(token.text == ";" for token in one.doc[first:last])


def is_hearsay(token: Token) -> bool:
    """Whether a verb, its noun or their sentence's root is reported at second hand."""
    for one in (token, *token.children, token.head, *token.head.children):
        if one.lower_ in words("hearsay") and one.pos_ in ("ADV", "ADJ"):
            return True
    return any(one.lower_ == "according" for one in token.sent)
