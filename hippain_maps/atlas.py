"""The atlas: one body, all sources and the constants of the ranking, checked together."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hippain_maps._cache import cached
from hippain_maps._resources import resource_dir
from hippain_maps.body import load_body
from hippain_maps.drawing import QUALITIES
from hippain_maps.errors import DataError, UnknownNameError, did_you_mean
from hippain_maps.model import FitWord, Model, ZoneChances, build_model
from hippain_maps.patterns import (
    Clue,
    ClueLink,
    Evidence,
    Frequencies,
    Frequency,
    Relation,
    Source,
    Statements,
    TriggerPoint,
    TriggerPointMark,
    ZoneRegion,
)
from hippain_maps.red_flags import Condition, RedFlag, RedFlags, RedFlagWords, load_red_flags
from hippain_maps.regions import Body
from hippain_maps.sources import load_source

if TYPE_CHECKING:
    from hippain_maps._yaml import YamlFile

NOT_SOURCES = frozenset(
    {
        "model",
        "bibliography",
        "clues",
        "red_flags",
        "relations",
        "ambiguous_places",
        "words",
        "sets",
        "muscle_outlines",
    }
)
"""Files beside the sources that are something else."""

TEACHING = frozenset({"words", "sets", "muscle_outlines"})
"""Files that only figures use: a change in them changes no ranking, and not the version."""


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


@dataclass(frozen=True, eq=False)
class Atlas:
    """Everything a drawing is compared with.

    Parameters
    ----------
    body : Body
        The charts and regions.
    sources : mapping of str to Source
        By id, in alphabetical order.
    model : Model
        The constants of the ranking.
    places : tuple of Place
        Where place alone cannot decide.
    citations : mapping of str to Citation
        By key.
    sets : mapping of str to TeachingSet
        Ready-made sets of sources.
    clues : mapping of str to Clue
        The vocabulary of clues, by id.
    red_flags : RedFlags
        What to ask before anything else, by id.
    relations : tuple of Relation
        Sources that imitate each other or coexist.
    version : str
        The version written in the model file and a hash over all files that went in, so that two
        results can be compared only where this is equal.
    """

    body: Body
    sources: Mapping[str, Source]
    model: Model
    places: tuple[Place, ...]
    citations: Mapping[str, Citation]
    version: str
    sets: Mapping[str, TeachingSet] = field(default_factory=dict)
    clues: Mapping[str, Clue] = field(default_factory=dict)
    red_flags: RedFlags = field(default_factory=RedFlags)
    relations: tuple[Relation, ...] = ()

    def __repr__(self) -> str:
        """Return version and counts."""
        muscles = [source for source in self.sources.values() if source.is_muscle]
        points = sum(len(source.trigger_points) for source in muscles)
        return (
            f"<Atlas {self.version}: {len(muscles)} muscles with {points} trigger points, "
            f"{len(self.sources) - len(muscles)} other sources, "
            f"{len(self.body.regions)} regions a side>"
        )

    @cached_property
    def _names(self) -> Mapping[str, str]:
        """Every name a source answers to, folded, and the source's id."""
        names: dict[str, str] = {}
        for source in self.sources.values():
            for name in (source.id, source.name, *source.synonyms, *source.names.values()):
                names.setdefault(fold(name), source.id)
        return names

    def only(self, names: Iterable[str]) -> Atlas:
        """Return an atlas of some of the sources alone, as if there were no others.

        Raises
        ------
        UnknownNameError
            If nothing answers to a name.

        Examples
        --------
        >>> list(load_atlas().only(["QL", "piriformis"]).sources)
        ['piriformis', 'quadratus_lumborum']
        """
        kept = {self.source(name).id for name in names}
        return replace(
            self,
            sources={name: source for name, source in self.sources.items() if name in kept},
            places=tuple(place for place in self.places if kept & set(place.sources)),
            relations=tuple(r for r in self.relations if kept >= set(r.between)),
            sets={name: found for name, found in self.sets.items() if kept >= set(found.sources)},
            version=f"{self.version} ({len(kept)} sources)",
        )

    def teaching_set(self, name: str) -> TeachingSet:
        """Return a ready-made set of sources.

        Raises
        ------
        UnknownNameError
            If there is no such set.
        """
        if name not in self.sets:
            raise UnknownNameError("set", name, self.sets, hint=f"sets are {', '.join(self.sets)}")
        return self.sets[name]

    def source(self, name: str) -> Source:
        """Return the source that answers to `name`: its id, its name or a synonym.

        Raises
        ------
        UnknownNameError
            If nothing answers to it; the nearest name is offered.

        Examples
        --------
        >>> load_atlas().source("QL").id
        'quadratus_lumborum'
        """
        found = self._names.get(fold(name))
        if found is None:
            known = [n.replace(" ", "_") for n in self._names]
            raise UnknownNameError(
                "source", name, known, hint="'hippain list sources' shows them all"
            )
        return self.sources[found]


_KINDS = (
    Citation, Clue, ClueLink, Condition, Evidence, FitWord, Frequencies, Frequency, Model, Place,
    RedFlag, RedFlags, RedFlagWords, Relation, Source, Statements, TeachingSet, TriggerPoint,
    TriggerPointMark, ZoneChances, ZoneRegion,
)  # fmt: skip
"""What an atlas is made of, beside its body."""


def fold(name: str) -> str:
    """Return a name as it is compared: lower case, words apart by one space."""
    return " ".join(name.casefold().replace("_", " ").replace("-", " ").split())


def load_atlas(*folders: str | Path, body: Body | None = None) -> Atlas:
    """Return the shipped atlas, with packs of one's own added.

    Parameters
    ----------
    *folders : path
        Folders of source files. A source with the id of a shipped one takes its place. A folder
        may hold a ``model.yaml`` of its own, which then counts, and a ``bibliography.yaml``, which
        is added.
    body : Body, optional
        A body other than the shipped one; then the shipped sources must fit it too.

    Raises
    ------
    DataError
        If a file is wrong, two sources answer to one name, or something names what does not
        exist. The message names file, line and field.

    Examples
    --------
    >>> atlas = load_atlas()
    >>> atlas.source("TFL").name
    'Tensor fasciae latae'
    """
    shipped = resource_dir("patterns")
    if folders or body is not None:
        return read_atlas(body or load_body(), [shipped, *map(Path, folders)])
    whole = load_body()
    # The body is kept in a file of its own.
    rest = cached(
        "atlas",
        [resource_dir("body_regions"), shipped],
        _KINDS,
        lambda: _beside_body(read_atlas(whole, [shipped])),
    )
    return Atlas(body=whole, **rest)


def _beside_body(atlas: Atlas) -> dict[str, Any]:
    return {part.name: getattr(atlas, part.name) for part in fields(atlas) if part.name != "body"}


def read_atlas(body: Body, folders: Iterable[Path]) -> Atlas:
    """Return the atlas of a body and folders of pattern files; later ones take precedence."""
    from hippain_maps._pattern_files import read_bibliography, read_model

    paths: dict[str, Path] = {}
    homes: dict[str, Path] = {}
    libraries: list[Path] = []
    for folder in folders:
        if not folder.is_dir():
            raise DataError("there is no such folder of patterns", file=str(folder))
        files = sorted(folder.glob("*.yaml"))
        if not files:
            raise DataError("there is no .yaml file in this folder of patterns", file=str(folder))
        for path in files:
            if path.stem == "red_flags" and path.stem in homes:
                # A pack's file would take the place of all shipped flags, the core ones too.
                raise DataError(
                    "a pack cannot bring red flags of its own yet; take the file out",
                    file=f"{folder.name}/{path.name}",
                )
            (homes if path.stem in NOT_SOURCES else paths)[path.stem] = path
            if path.stem == "bibliography":
                libraries.append(path)
    for name in sorted(NOT_SOURCES - {"muscle_outlines"}):
        if name not in homes:
            raise DataError("the file is missing", file=f"patterns/{name}.yaml")
    clues = _vocabulary(homes["clues"].parent)
    sources = {name: load_source(paths[name], body, clues) for name in sorted(paths)}
    entry, model_file = read_model(homes["model"].parent)
    model = build_model(entry)
    _check_priors(model, model_file, sources)
    citations = {
        key: Citation(key, entry.what, entry.address)
        for library in libraries
        for key, entry in read_bibliography(library.parent)[0].entries.items()
    }
    _check_names(sources)
    _check_citations(sources, citations)
    for key in model.priors_basis.citations:
        if key not in citations:
            raise model_file.error(_not_listed(key, citations), ("priors_basis", "citations"))
    ranked = [path for name, path in homes.items() if name not in TEACHING]
    read = dict.fromkeys([*paths.values(), *ranked, *libraries])
    return Atlas(
        body=body,
        sources=sources,
        model=model,
        places=_places(homes["ambiguous_places"].parent, body, sources),
        citations=citations,
        clues=clues,
        red_flags=load_red_flags(homes["red_flags"].parent, body, clues, citations),
        relations=_relations(homes["relations"].parent, sources, citations),
        sets=_sets(homes["sets"].parent, sources),
        version=f"{model.version}+{_hash(body, read)}",
    )


def _vocabulary(folder: Path) -> dict[str, Clue]:
    from hippain_maps._pattern_files import read_clues

    data, file = read_clues(folder)
    entries = data.clues
    for name, entry in entries.items():
        if entry.quality and entry.quality not in QUALITIES:
            raise file.error(
                f"no mark says '{entry.quality}'{did_you_mean(entry.quality, QUALITIES)}; a mark's "
                f"quality is {', '.join(QUALITIES)}",
                ("clues", name, "quality"),
            )
    return {
        name: Clue(
            name,
            entry.topic,
            {str(language): text for language, text in entry.says.items()},
            {str(language): text for language, text in entry.ask.items()},
            entry.seen,
            entry.quality,
        )
        for name, entry in entries.items()
    }


def _hash(body: Body, paths: Iterable[Path]) -> str:
    digest = hashlib.sha256(repr(sorted(body.regions)).encode())
    for view, chart in body.charts.items():
        digest.update(view.encode() + b"".join(p.wkb for p in chart.polygons))
    for path in sorted(paths, key=lambda p: p.name):
        # Line ends differ between checkouts, the content does not.
        digest.update(path.name.encode() + path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:8]


def _check_priors(model: Model, file: YamlFile, sources: Mapping[str, Source]) -> None:
    for name in model.source_priors:
        if name not in sources:
            raise file.error(
                f"there is no source '{name}'{did_you_mean(name, sources)}", ("source_priors", name)
            )
    for name, points in model.trigger_point_priors.items():
        field = ("trigger_point_priors", name)
        if name not in sources:
            raise file.error(f"there is no source '{name}'{did_you_mean(name, sources)}", field)
        known = [point.id for point in sources[name].trigger_points]
        for point in points:
            if point not in known:
                raise file.error(
                    f"{name} has no trigger point '{point}'{did_you_mean(point, known)}",
                    (*field, point),
                )


def _check_names(sources: Mapping[str, Source]) -> None:
    """Refuse a name that two sources answer to."""
    taken: dict[str, Source] = {}
    for source in sources.values():
        for name in map(fold, (source.id, source.name, *source.synonyms, *source.names.values())):
            other = taken.setdefault(name, source)
            if other is not source:
                raise DataError(
                    f"'{name}' already names {other.id}; a name belongs to one source",
                    file=source.file,
                    field="synonyms",
                )


def _check_citations(sources: Mapping[str, Source], citations: Mapping[str, Citation]) -> None:
    for source in sources.values():
        for key in sorted(cited(source)):
            if key not in citations:
                raise DataError(_not_listed(key, citations), file=source.file)


def _not_listed(key: str, citations: Iterable[str]) -> str:
    return f"the citation '{key}' is not in bibliography.yaml{did_you_mean(key, citations)}"


def cited(source: Source) -> frozenset[str]:
    """Return every citation key that a source refers to."""
    keys = {*source.pattern_evidence.citations}
    groups: list[Statements | None] = [
        source.quality,
        source.worse_with,
        source.eased_by,
        source.speaks_for,
        source.speaks_against,
        source.mimics,
        source.coexists_with,
        source.causes,
    ]
    for group in groups:
        keys.update(group.evidence.citations if group else ())
    for link in source.clues:
        keys.update(link.evidence.citations)
    if source.frequencies:
        keys.update(source.frequencies.evidence.citations)
    for point in source.trigger_points:
        keys.update(point.spot_evidence.citations, point.zones_evidence.citations)
        keys.update(point.measured.evidence.citations if point.measured else ())
    return frozenset(keys)


def _relations(
    folder: Path, sources: Mapping[str, Source], citations: Mapping[str, Citation]
) -> tuple[Relation, ...]:
    from hippain_maps._pattern_files import read_relations

    data, file = read_relations(folder)
    seen: set[tuple[frozenset[str], str]] = set()
    for number, entry in enumerate(data.relations):
        here = ("relations", number)
        for name in entry.between:
            if name not in sources:
                raise file.error(
                    f"there is no source '{name}'{did_you_mean(name, sources)}", (*here, "between")
                )
        pair = frozenset(entry.between), entry.kind
        if len(pair[0]) < 2 or pair in seen:
            raise file.error("a pair names two sources, and stands here once a kind", here)
        seen.add(pair)
        for key in entry.citations:
            if key not in citations:
                raise file.error(_not_listed(key, citations), (*here, "citations"))
    return tuple(
        Relation(e.between, e.kind, e.says, Evidence(e.confidence, tuple(e.citations)))
        for e in data.relations
    )


def _sets(folder: Path, sources: Mapping[str, Source]) -> dict[str, TeachingSet]:
    from hippain_maps._pattern_files import read_sets

    data, file = read_sets(folder)
    for name, entry in data.sets.items():
        for number, source in enumerate(entry.sources):
            if source not in sources:
                raise file.error(
                    f"there is no source '{source}'{did_you_mean(source, sources)}",
                    ("sets", name, "sources", number),
                )
    return {
        name: TeachingSet(name, entry.title, tuple(entry.sources))
        for name, entry in data.sets.items()
    }


def _places(folder: Path, body: Body, sources: Mapping[str, Source]) -> tuple[Place, ...]:
    from hippain_maps._pattern_files import read_ambiguous_places

    entries, file = read_ambiguous_places(folder)
    places = []
    for name, entry in entries.places.items():
        for source in entry.sources:
            if source not in sources:
                raise file.error(
                    f"there is no source '{source}'{did_you_mean(source, sources)}",
                    ("places", name, "sources"),
                )
        regions: set[str] = set()
        for region in entry.region:
            try:
                regions.update(body.members(region))
            except UnknownNameError as error:
                raise file.error(error.message, ("places", name, "region")) from None
        places.append(
            Place(
                name, entry.name, frozenset(regions), entry.share, tuple(entry.sources), entry.says
            )
        )
    return tuple(places)
