"""What an atlas holds beside its sources: clues, citations, places, sets, relations.

Each is read from the files of one or several folders, and checked against the sources. What does
not fit is noted in a `Findings` and left out, so that one reading tells every problem.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from hippain_maps._findings import Findings, Proof
from hippain_maps._gate import QUALITIES
from hippain_maps.errors import DataError, UnknownNameError, did_you_mean
from hippain_maps.patterns import Clue, Evidence, Relation, Source
from hippain_maps.regions import Body

if TYPE_CHECKING:
    # Where nothing is read, the reader is not loaded.
    from hippain_maps._pattern_files import ClueTopic
    from hippain_maps._yaml import FieldPath, YamlFile


@dataclass(frozen=True, slots=True)
class Citation:
    """A published page or paper behind the atlas."""

    key: str
    what: str
    address: str | None


@dataclass(frozen=True, slots=True)
class Place:
    """A place that several sources share, so that a drawing of it alone decides nothing."""

    id: str
    name: str
    regions: frozenset[str]
    share: float
    sources: tuple[str, ...]
    says: str


@dataclass(frozen=True, slots=True)
class TeachingSet:
    """Sources that are taught together."""

    id: str
    title: str
    sources: tuple[str, ...]


def fold(name: str) -> str:
    """Return a name as it is compared: lower case, words apart by one space."""
    return " ".join(name.casefold().replace("_", " ").replace("-", " ").split())


def read_vocabulary(folders: Sequence[Path], problems: Findings) -> dict[str, Clue]:
    """Return the clues of some folders; later ones add to them."""
    from hippain_maps._pattern_files import read_clues

    clues: dict[str, Clue] = {}
    for folder in folders:
        try:
            data, file = read_clues(folder)
        except DataError as error:
            # What is written there counts as known, even where it is wrong.
            for name in _written(folder / "clues.yaml", "clues", error, problems):
                clues.setdefault(name, Clue(name, cast("ClueTopic", ""), {"en": name}, {}))
        else:
            proof = Proof(file, problems)
            for name, entry in data.clues.items():
                here = ("clues", name)
                wrong = entry.quality is not None and entry.quality not in QUALITIES
                if wrong:
                    near = did_you_mean(str(entry.quality), QUALITIES)
                    proof.problem(
                        f"no mark says '{entry.quality}'{near}; a mark's quality is "
                        f"{', '.join(QUALITIES)}",
                        (*here, "quality"),
                    )
                clue = Clue(
                    name,
                    entry.topic,
                    {str(language): text for language, text in entry.says.items()},
                    {str(language): text for language, text in entry.ask.items()},
                    entry.seen,
                    entry.quality,
                )
                if clues.setdefault(name, clue) != clue and not wrong:
                    # Answers are kept under it; its meaning must not change with a folder.
                    proof.problem("another clue has that id already; choose a new one", here)
    return clues


def _written(path: Path, field: str, error: DataError, problems: Findings) -> list[str]:
    """Return the names that a wrong file lists all the same, so that their uses are no problems.

    What is wrong with it is noted. If it cannot even be read, this stops.
    """
    from hippain_maps._yaml import read_yaml

    problems += error.problems
    try:
        return Proof(read_yaml(path)).keys(field)
    except DataError:
        problems.stop(f"the files that use what {path.name} lists were not read; more may follow")
        raise


def read_citations(folders: Sequence[Path], problems: Findings) -> dict[str, Citation]:
    """Return the citations of some folders; of two with one key, the later."""
    from hippain_maps._pattern_files import read_bibliography

    citations: dict[str, Citation] = {}
    for folder in folders:
        try:
            entries = read_bibliography(folder)[0].entries
            citations |= {k: Citation(k, e.what, e.address) for k, e in entries.items()}
        except DataError as error:
            for key in _written(folder / "bibliography.yaml", "entries", error, problems):
                citations.setdefault(key, Citation(key, "", None))
    return citations


def check_names(
    sources: Mapping[str, Source], files: Mapping[str, YamlFile], problems: Findings
) -> None:
    """Note names that two sources answer to."""
    taken: dict[str, str] = {}
    for source in sources.values():
        places: dict[str, FieldPath] = {}
        named: list[tuple[str, FieldPath]] = [(source.id, ("id",)), (source.name, ("name",))]
        named += [(name, ("synonyms", n)) for n, name in enumerate(source.synonyms)]
        named += [(name, ("names", language)) for language, name in source.names.items()]
        for name, place in named:
            places.setdefault(fold(name), place)
        for name, place in places.items():
            other = taken.setdefault(name, source.id)
            if other != source.id:
                said = f"'{name}' already names {other}; a name belongs to one source"
                problems.append(files[source.id].error(said, place))


def no_source(name: str, sources: Iterable[str]) -> str:
    """Return that there is no such source."""
    return f"there is no source '{name}'{did_you_mean(name, sources)}"


def read_relations_of(
    folders: Sequence[Path],
    sources: Collection[str],
    citations: Mapping[str, Citation],
    problems: Findings,
) -> tuple[Relation, ...]:
    """Return the pairs of sources of some folders; of one pair, the later counts."""
    from hippain_maps._pattern_files import read_relations

    relations: dict[tuple[frozenset[str], str], Relation] = {}
    for folder in folders:
        with problems.gathered():
            data, file = read_relations(folder)
            proof = Proof(file, problems)
            seen: set[tuple[frozenset[str], str]] = set()
            proof.check_citations(citations)
            for number, entry in enumerate(data.relations):
                here = ("relations", number)
                for name in entry.between:
                    if name not in sources:
                        proof.problem(no_source(name, sources), (*here, "between"))
                pair = frozenset(entry.between), entry.kind
                if len(pair[0]) < 2 or pair in seen:
                    proof.problem("a pair names two sources, and stands here once a kind", here)
                seen.add(pair)
                evidence = Evidence(entry.confidence, tuple(entry.citations))
                relations[pair] = Relation(entry.between, entry.kind, entry.says, evidence)
    return tuple(relations.values())


def read_sets_of(
    folders: Sequence[Path], sources: Collection[str], problems: Findings
) -> dict[str, TeachingSet]:
    """Return the ready-made sets of some folders; of two with one id, the later."""
    from hippain_maps._pattern_files import read_sets

    sets: dict[str, TeachingSet] = {}
    for folder in folders:
        with problems.gathered():
            data, file = read_sets(folder)
            proof = Proof(file, problems)
            for name, entry in data.sets.items():
                for number, source in enumerate(entry.sources):
                    if source not in sources:
                        place = ("sets", name, "sources", number)
                        proof.problem(no_source(source, sources), place)
                sets[name] = TeachingSet(name, entry.title, tuple(entry.sources))
    return sets


def read_places_of(
    folders: Sequence[Path], body: Body, sources: Collection[str], problems: Findings
) -> tuple[Place, ...]:
    """Return the places of some folders; of two with one id, the later."""
    from hippain_maps._pattern_files import read_ambiguous_places

    places: dict[str, Place] = {}
    for folder in folders:
        with problems.gathered():
            data, file = read_ambiguous_places(folder)
            proof = Proof(file, problems)
            for name, entry in data.places.items():
                here = ("places", name)
                for number, source in enumerate(entry.sources):
                    if source not in sources:
                        proof.problem(no_source(source, sources), (*here, "sources", number))
                regions: set[str] = set()
                for number, region in enumerate(entry.region):
                    try:
                        regions.update(body.members(region))
                    except UnknownNameError as error:
                        proof.problem(error.message, (*here, "region", number))
                places[name] = Place(
                    name,
                    entry.name,
                    frozenset(regions),
                    entry.share,
                    tuple(entry.sources),
                    entry.says,
                )
    return tuple(places.values())
