"""The cluster for a forecast by disk, memory and ingest; the largest need decides."""

from __future__ import annotations

from core.lab.fleet import tiers
from core.lab.fleet.measure import Fleet
from core.lab.fleet.tiers import Needs


def test_the_cost_grows_with_the_bytes_and_shards_beyond_the_largest_disk() -> None:
    listed = tiers.prices()
    prices = [tiers.choose(Needs(gb * 1e9), listed).cost.month for gb in (0.1, 3, 30, 300, 3_000, 30_000)]
    assert prices == sorted(prices)
    assert tiers.choose(Needs(0.1e9), listed).cost.tier == "M0"
    assert tiers.choose(Needs(3_000e9), listed).cost.shards == 1
    assert tiers.choose(Needs(30_000e9), listed).cost.shards == 9


def test_the_smallest_tiers_count_data_before_compression(fleet: Fleet) -> None:
    """Atlas: dataSize + indexSize on M0 and Flex, the disk on dedicated clusters."""
    listed = tiers.prices()
    assert tiers.choose(Needs(0.3e9, 0.4e9), listed).cost.tier == "M0"
    assert tiers.choose(Needs(0.3e9, 0.6e9), listed).cost.tier == "Flex"
    assert tiers.choose(Needs(3e9, 9e9), listed).cost.tier == "M10"
    on_disk, counted = fleet.models(), fleet.uncompressed()
    assert on_disk
    assert counted
    assert counted[0].per_reading > 2 * on_disk[0].per_reading


def test_memory_alone_can_ask_for_a_larger_cluster() -> None:
    listed = tiers.prices()
    little = tiers.choose(Needs(5e9, memory=0.2e9, ingest=100, rate=100_000), listed)
    assert (little.cost.tier, little.decided) == ("M10", "disk")
    much = tiers.choose(Needs(5e9, memory=7e9, ingest=100, rate=100_000), listed)
    assert much.cost.tier == much.alone["memory"].tier == "M40"
    assert much.decided == "memory"


def test_ingest_alone_can_ask_for_shards() -> None:
    listed = tiers.prices()
    flood = tiers.choose(Needs(5e9, memory=1e9, ingest=50_000_000, rate=100_000), listed)
    assert flood.decided == "ingest"
    shape = next(one for one in listed.tiers if one.name == flood.cost.tier)
    assert shape.sharded
    assert flood.cost.shards * shape.processors * 100_000 >= 50_000_000


def test_small_clusters_are_never_sharded() -> None:
    listed = tiers.prices()
    for gb in (1, 100, 1_000, 10_000, 100_000):
        cost = tiers.choose(Needs(gb * 1e9), listed).cost
        shape = next(one for one in listed.tiers if one.name == cost.tier)
        assert cost.shards == 1 or shape.sharded


def test_the_cluster_for_all_needs_is_no_cheaper_than_that_for_one() -> None:
    listed = tiers.prices()
    for memory in (1e9, 100e9, 1_000e9):
        choice = tiers.choose(Needs(4e12, memory=memory, ingest=200_000, rate=50_000), listed)
        assert choice.cost.month >= max(one.month for one in choice.alone.values())
