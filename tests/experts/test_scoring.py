"""The score: each part at its edges, each weight in its bounds, and the order of asking."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experts.scoring import (
    LEAST_QUALITY,
    Candidate,
    Tally,
    Weights,
    acceptance,
    away_after_silence,
    away_now,
    faded,
    fairness,
    hourly_rate,
    idleness,
    is_held_out,
    next_mean_delay,
    quality,
    rank,
    rank_evenly,
    score,
    speed,
)

WEIGHTS = Weights()
ANA = Candidate(
    expert="ana",
    accepted=8,
    offered=10,
    mean_delay=12.0,
    here=Tally(9, 10),
    elsewhere=Tally(4, 6),
    earned=1_000,
    online_hours=4.5,
    idle=300,
)


def test_a_new_expert_starts_at_the_stated_priors() -> None:
    new = Candidate(expert="new")
    assert acceptance(new) == pytest.approx(WEIGHTS.prior_accepted / WEIGHTS.prior_offered)
    assert quality(Tally()) == WEIGHTS.prior_quality
    assert hourly_rate(new) == 0.0


def test_acceptance_stays_below_one_and_falls_with_each_miss() -> None:
    eager = replace(ANA, accepted=1e6, offered=1e6)
    assert acceptance(eager) < 1.0
    assert acceptance(replace(ANA, missed=1)) == pytest.approx(acceptance(ANA) * WEIGHTS.missed_factor)


def test_speed_is_one_at_once_and_a_stranger_is_neutral() -> None:
    assert speed(replace(ANA, mean_delay=0.0)) == 1.0
    fast, slow = replace(ANA, mean_delay=5.0), replace(ANA, mean_delay=60.0)
    assert speed(fast) > speed(replace(ANA, mean_delay=None)) > speed(slow)


def test_ratings_elsewhere_count_half() -> None:
    assert quality(Tally(), Tally(10, 10)) == pytest.approx(quality(Tally(5, 5)))
    alone = Weights.bounded(borrowed_share=0.0)
    assert quality(Tally(), Tally(10, 10), alone) == alone.prior_quality


def test_fairness_runs_from_the_unpaid_to_the_best_paid() -> None:
    span = WEIGHTS.fairness_span
    assert fairness(0.0, 500.0) == 1.0
    assert fairness(500.0 * span, 500.0) == 0.0
    assert fairness(500.0 * span * 10, 500.0) == 0.0
    assert fairness(0.0, 0.0) == 1.0


def test_idleness_starts_at_zero_and_nears_one() -> None:
    assert idleness(0.0) == 0.0
    assert idleness(-5.0) == 0.0
    assert 0.99 < idleness(WEIGHTS.idle_scale * 5) < 1.0


def test_an_expert_below_the_floor_keeps_a_small_positive_score() -> None:
    poor = replace(ANA, here=Tally(0, 200))
    points = score(poor, 200.0)
    assert points.quality < WEIGHTS.quality_floor
    assert 0.0 < points.total < score(ANA, 200.0).total
    other = score(replace(poor, here=Tally(0, 400)), 200.0)
    assert other.total == pytest.approx(points.total)
    assert LEAST_QUALITY > 0


@given(
    accepted=st.floats(0, 100),
    delay=st.floats(0, 500),
    good=st.floats(0, 50),
    earned=st.floats(0, 10_000),
    idle=st.floats(0, 7_200),
)
def test_the_score_never_falls_when_one_part_gets_better(
    accepted: float, delay: float, good: float, earned: float, idle: float
) -> None:
    base = Candidate(
        expert=1,
        accepted=accepted,
        offered=200,
        mean_delay=delay,
        here=Tally(good, 60),
        earned=earned,
        online_hours=5,
        idle=idle,
    )
    total = score(base, 400.0).total
    assert total > 0
    for better in (
        replace(base, accepted=accepted + 1),
        replace(base, mean_delay=delay / 2),
        replace(base, here=Tally(good + 1, 60)),
        replace(base, earned=earned / 2),
        replace(base, idle=idle + 60),
    ):
        assert score(better, 400.0).total >= total * (1 - 1e-12)


def test_ranking_is_the_same_whatever_the_order_of_reading() -> None:
    crowd = [replace(ANA, expert=name) for name in "abcdefgh"]
    crowd.append(replace(ANA, expert="best", here=Tally(20, 20)))
    ranked = rank(crowd, seed="question")
    assert ranked == rank(crowd[::-1], seed="question")
    assert ranked[0].expert == "best"
    assert [one.rank for one in ranked] == list(range(1, 10))
    ties = {tuple(one.expert for one in rank(crowd, seed=str(seed))) for seed in range(20)}
    assert len(ties) > 10


def test_ranking_is_fair_against_the_candidates_own_mean_or_a_given_one() -> None:
    rich, poor = replace(ANA, expert="rich", earned=4_000), replace(ANA, expert="poor", earned=0)
    ranked = rank([rich, poor], seed="question")
    assert ranked[0].expert == "poor"
    far = rank([rich, poor], seed="question", peers_rate=1e9)
    assert far[1].score is not None
    assert far[1].score.fairness == pytest.approx(1.0, abs=1e-5)
    assert rank([], seed="question") == []


def test_by_lot_everyone_comes_first_equally_often() -> None:
    firsts = [rank_evenly("abcd", seed=str(number))[0].expert for number in range(2_000)]
    assert all(abs(firsts.count(name) - 500) < 90 for name in "abcd")
    assert rank_evenly("abcd", seed="x")[0].score is None


def test_the_holdout_is_its_share_of_questions_and_never_changes_its_mind() -> None:
    held = [is_held_out(number) for number in range(4_000)]
    assert held == [is_held_out(number) for number in range(4_000)]
    assert 0.035 < sum(held) / 4_000 < 0.065
    assert not any(is_held_out(number, Weights(holdout_share=0.0)) for number in range(100))


@pytest.mark.parametrize("name", list(Weights.bounds()))
def test_every_weight_is_bounded_on_both_sides(name: str) -> None:
    least, greatest = Weights.bounds()[name]
    for value in (least - 0.01, greatest + 0.01):
        with pytest.raises(ValueError, match=f"{name} must be between"):
            Weights.bounded(**{name: value})
    assert least <= getattr(WEIGHTS, name) <= greatest


def test_weights_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="unknown weight charm"):
        Weights.bounded(charm=1.0)
    with pytest.raises(ValueError, match="prior_accepted"):
        Weights.bounded(prior_accepted=9.0, prior_offered=8.0)
    assert Weights.bounded(fairness=5.0).fairness == 5.0


def test_counts_fade_by_half_each_half_life_and_delays_follow_slowly() -> None:
    assert faded(8.0, elapsed=20.0, half_life=10.0) == pytest.approx(2.0)
    assert faded(8.0, elapsed=-1.0, half_life=10.0) == 8.0
    assert next_mean_delay(None, 20.0) == 20.0
    assert next_mean_delay(10.0, 20.0) == pytest.approx(11.0)


def test_a_sign_of_life_fades_into_what_is_usual_and_so_does_silence() -> None:
    assert away_now(0.0, elapsed=0.0) == 0.0
    for seen in (0.0, 0.9):
        chances = [away_now(seen, elapsed=elapsed) for elapsed in (0.0, 60.0, 600.0, 1e6)]
        assert chances == sorted(chances, reverse=seen > WEIGHTS.away_share)
        assert chances[-1] == pytest.approx(WEIGHTS.away_share)


def test_silence_says_more_the_longer_it_lasts_and_more_of_the_quick() -> None:
    said_nothing_yet = away_after_silence(0.0, 12.0)
    assert said_nothing_yet == pytest.approx(WEIGHTS.away_share)
    chances = [away_after_silence(silent, 12.0) for silent in (0.0, 12.0, 24.0, 45.0)]
    assert chances == sorted(chances)
    assert chances[-1] > 0.9
    assert away_after_silence(24.0, 6.0) > away_after_silence(24.0, None) > away_after_silence(24.0, 40.0)


def test_who_is_probably_away_is_asked_after_his_equals_until_that_is_long_ago() -> None:
    silent = replace(ANA, expert="silent", away=away_after_silence(45.0, 12.0))
    assert [each.expert for each in rank([silent, ANA], seed="q")] == ["ana", "silent"]
    assert acceptance(replace(silent, unseen=3_600.0)) == pytest.approx(
        acceptance(replace(ANA, unseen=3_600.0)), rel=0.01
    )


@pytest.mark.parametrize("name", ["acceptance_emphasis", "speed_emphasis", "quality_emphasis", "fairness_emphasis"])
def test_an_emphasis_of_nought_leaves_its_part_out(name: str) -> None:
    worse = {
        "acceptance_emphasis": replace(ANA, accepted=1),
        "speed_emphasis": replace(ANA, mean_delay=50.0),
        "quality_emphasis": replace(ANA, here=Tally(1, 10)),
        "fairness_emphasis": replace(ANA, earned=9_000, idle=0),
    }[name]
    assert score(worse, 200.0).total < score(ANA, 200.0).total
    without = Weights.bounded(**{name: 0.0})
    assert score(worse, 200.0, without).total == pytest.approx(score(ANA, 200.0, without).total)
