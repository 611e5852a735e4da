"""The atlas: one body, all sources and the constants of the ranking, checked together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hippain_maps._cache import cached_with_key
from hippain_maps._findings import Findings, Proof
from hippain_maps._resources import resource_dir
from hippain_maps.atlas_parts import (
    Citation,
    Place,
    TeachingSet,
    check_names,
    fold,
    no_source,
    read_citations,
    read_places_of,
    read_relations_of,
    read_sets_of,
    read_vocabulary,
)
from hippain_maps.body import load_body
from hippain_maps.errors import UnknownNameError, did_you_mean
from hippain_maps.model import FitWord, Model, ZoneChances, build_model
from hippain_maps.packs import NEEDED, Pack, find_files
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

if TYPE_CHECKING:
    from hippain_maps._yaml import YamlFile


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
    packs : tuple of Pack
        What was added to the shipped files, or took the place of some.
    owners : mapping of str to str
        The name of the pack that a source comes from, by id; shipped ones are not in it.
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
    packs: tuple[Pack, ...] = ()
    owners: Mapping[str, str] = field(default_factory=dict)
    # Under which key the shipped atlas is kept, so that what is made of it alone can be kept too.
    # An atlas that was changed in any way is another one, and has none.
    kept_key: str | None = field(default=None, init=False, repr=False)

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

    def pack_of(self, source: Source) -> Pack | None:
        """Return the pack that a source comes from, None for a shipped one."""
        name = self.owners.get(source.id)
        return next((pack for pack in self.packs if pack.name == name), None)

    @property
    def provenance(self) -> str:
        """Version of the atlas, and the packs in it, as every result says them."""
        packs = ", ".join(map(str, self.packs))
        return f"{self.version} with {packs}" if packs else self.version

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
    TriggerPointMark, ZoneChances, ZoneRegion, Pack,
)  # fmt: skip
"""What an atlas is made of, beside its body."""


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
    rest, key = cached_with_key(
        "atlas",
        [resource_dir("body_regions"), shipped],
        _KINDS,
        lambda: _beside_body(read_atlas(whole, [shipped])),
    )
    atlas = Atlas(body=whole, **rest)
    object.__setattr__(atlas, "kept_key", key)
    return atlas


def _beside_body(atlas: Atlas) -> dict[str, Any]:
    return {
        part.name: getattr(atlas, part.name)
        for part in fields(atlas)
        if part.init and part.name != "body"
    }


def read_atlas(body: Body, folders: Iterable[Path], *, only: str | None = None) -> Atlas:
    """Return the atlas of a body and folders of pattern files; later ones take precedence.

    With `only`, that source alone is read from the folders behind the first.

    Raises
    ------
    DataError
        If anything is wrong; what else is wrong is in ``others``.
    """
    from hippain_maps._pattern_files import read_model
    from hippain_maps.sources import load_source

    problems = Findings()
    found = find_files(folders, problems, only=only)
    if not set(found.homes) >= NEEDED:
        # Without one of the shipped files, nothing more can be said.
        problems.stop("no other file was read; more may follow")
    homes = found.homes
    clues = read_vocabulary(homes["clues"], problems)
    citations = read_citations(homes["bibliography"], problems)
    sources: dict[str, Source] = {}
    files: dict[str, YamlFile] = {}
    for name in sorted(found.sources):
        with problems.gathered():
            path = found.sources[name]
            sources[name], files[name] = load_source(path, body, clues, citations)
    # A name counts as known if there is a file for it, even one that is wrong.
    names = found.sources
    check_names(sources, files, problems)
    places = read_places_of(homes["ambiguous_places"], body, names, problems)
    relations = read_relations_of(homes["relations"], names, citations, problems)
    sets = read_sets_of(homes["sets"], names, problems)
    with problems.gathered():
        entry, model_file = read_model(homes["model"][0])
        model = build_model(entry)
        proof = Proof(model_file, problems)
        _check_priors(model, proof, names, sources)
        proof.check_citations(citations)
    with problems.gathered():
        flags = load_red_flags(homes["red_flags"][0], body, clues, citations)
    problems.stop()
    return Atlas(
        body=body,
        sources=sources,
        model=model,
        places=places,
        citations=citations,
        clues=clues,
        red_flags=flags,
        relations=relations,
        sets=sets,
        version=f"{model.version}+{_hash(body, dict.fromkeys(found.all_files()))}",
        packs=found.packs,
        owners=found.owners,
    )


def _check_priors(
    model: Model, proof: Proof, names: Collection[str], sources: Mapping[str, Source]
) -> None:
    """Note priors of sources and trigger points that do not exist."""
    for name in model.source_priors:
        if name not in names:
            proof.problem(no_source(name, names), ("source_priors", name))
    for name, points in model.trigger_point_priors.items():
        field = ("trigger_point_priors", name)
        if name not in names:
            proof.problem(no_source(name, names), field)
            continue
        if name not in sources:
            # Its file is wrong, and that has been said.
            continue
        known = [point.id for point in sources[name].trigger_points]
        for point in points:
            if point not in known:
                proof.problem(
                    f"{name} has no trigger point '{point}'{did_you_mean(point, known)}",
                    (*field, point),
                )


def _hash(body: Body, paths: Iterable[Path]) -> str:
    import hashlib

    digest = hashlib.sha256(repr(sorted(body.regions)).encode())
    for view, chart in body.charts.items():
        digest.update(view.encode() + b"".join(p.wkb for p in chart.polygons))
    for path in sorted(paths, key=lambda p: p.name):
        # Line ends differ between checkouts, the content does not.
        digest.update(path.name.encode() + path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()[:8]


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
