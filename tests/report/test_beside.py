"""What stands beside the headline: baselines, the track record, and where the parameters come from."""

import copy
import json
import re
from pathlib import Path

import pytest

from sim.errors import ReportError
from sim.report import document_of
from sim.report.sections.estimates import lines_of, window_of
from tests.report.said import markdown_of, section, tables, texts
from tests.report.test_report import Text

CALIBRATED = {
    "calibration": "calibrated-2018-08", "date": "2018-08-18", "cases": 19, "threats": None, "draws": 1000,
    "seed_disagreement": 2.4, "written": [],
}  # fmt: skip


@pytest.fixture
def scored(record):
    """The record with a track record; its numbers are made up."""
    track = json.loads((Path(__file__).parent / "track_record.json").read_text(encoding="utf-8"))
    return record | {"track_record": track}


def both(record, written):
    """Return the text of the page and the Markdown without its marks."""
    page, markdown, _ = (path.read_text(encoding="utf-8") for path in written(record))
    return Text(page).text, re.sub(r"[*\\]", "", markdown)


def baselines(record):
    (table,) = tables(section(record, "baselines")).values()
    return table


def rows(table):
    return {row[0]: row[1:] for row in table.rows}


# -- baselines --------------------------------------------------------------------------------------------------------


def test_each_baseline_stands_beside_the_model_with_its_interval(record):
    shown = rows(baselines(record))
    assert shown == {
        "This model": ("6%",),
        "Base rate of past cases": ("53% (10 of 19; 29% to 75%)",),
        "Logistic regression": ("8% (less than 1% to 85%)",),
        "Weighted mean [−0.43]": ("35% (8% to 77%)",),
        "Weighted median [−0.75]": ("24% (4% to 69%)",),
        "Challenge model [−0.75, nobody moves]": ("24% (4% to 69%)",),
        "Condorcet choice [−0.26]": ("41% (10% to 81%)",),
        "Cases used": ("19",),
    }


def test_page_and_markdown_show_the_same_baselines_before_the_uncertainty(record, written):
    for text in both(record, written):
        assert "only to past cases resolved by 19 August 2018. The cases were hand-picked" in text
        for row in baselines(record).rows:
            assert re.search(rf"{re.escape(row[0])}[ |]+{re.escape(row[1])}", text)
        uncertainty = re.search(r"Monte Carlo error:? \d", text)
        assert text.index("The model and simple baselines") < uncertainty.start()


def test_a_milestone_that_no_case_was_watched_for_is_said_to_have_no_baseline(record):
    assert texts(section(record, "baselines"))[-1].endswith("so there is no baseline within 63 days.")


def test_too_few_cases_are_said_and_no_number_is_given(record, written):
    few = {"cases": 6, "reason": "too few to judge", "base_rate": None, "logistic": None, "positions": {}}
    record["baselines"]["windows"]["30"] = few
    shown = rows(baselines(record))
    assert shown["Base rate of past cases"] == ("too few to judge",)
    assert shown["Condorcet choice [−0.26]"] == ("–",)
    assert shown["Cases used"] == ("6",)
    for text in both(record, written):
        assert "Within 30 days there is no baseline: 6 resolved cases are too few to judge." in text


def test_a_scenario_without_any_weight_has_no_positions(record):
    record["baselines"]["positions"] = None
    record["baselines"]["windows"]["30"]["positions"] = {}
    assert rows(baselines(record))["Weighted mean [no position]"] == ("–",)


def test_windows_that_nobody_watched_leave_a_sentence_and_no_table(record, written):
    record["baselines"]["windows"] = {}
    page = written(record)[0].read_text(encoding="utf-8")
    assert "so there is no baseline within 30 or 63 days." in page
    assert 'class="narrow"' not in page


@pytest.mark.slow
def test_a_forecast_without_baselines_still_makes_a_report(record, written):
    record["baselines"] = None
    for text in both(record, written):
        assert "simple baselines" not in text
        assert "The model has no track record yet for these parameters." in text


# -- other estimates --------------------------------------------------------------------------------------------------


@pytest.fixture
def compared(record):
    """The record with the two samples, a pool and what somebody else said; made-up numbers."""
    chance = {"p": 0.2, "mc_low": 0.19, "mc_high": 0.21}
    track = {"pool": {"weights": {"model": 0.6, "logistic regression": 0.4, "base rate": 0.0}}}
    return record | {
        "samples": {"crises": {"30": chance}, "threats": {"30": chance | {"p": 0.1, "mc_low": 0.09, "mc_high": 0.11}}},
        "pooled": {"30": 0.15},
        "track_record": json.loads((Path(__file__).parent / "track_record.json").read_text(encoding="utf-8")) | track,
        "others": [{"name": "A panel", "date": "2018-08-18", "by": "2018-12-31", "p": 0.65, "url": None}],
    }


def test_other_estimates_stand_in_one_block(compared, written):
    assert section(compared, "beside").title == "Other estimates, within 30 days"
    lines = list(lines_of(compared, window_of(compared)))
    assert [(one.kind, one.text) for one in lines] == [
        ("model", "6%"), ("pool", "15%"), ("sample", "20%"), ("sample", "10%"),
        ("outside", "53%"), ("outside", "9%"), ("outside", "1%"), ("other", "65%"),
    ]  # fmt: skip
    assert lines[-1].label == "A panel, by 31 Dec 2018"
    for text in both(compared, written):
        assert "Other estimates, within 30 days" in text
        assert "weights from past cases: model 60%, logistic regression 40%" in text


@pytest.mark.parametrize("changes", [{"outside_view": None}, {"baselines": None}, {"given": {"runs_made": 9}}])
def test_without_an_outside_view_or_where_something_is_given_there_is_no_block(record, changes):
    assert window_of(record | changes) is None


# -- track record -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_track_record_of_a_calibrated_forecast_is_that_of_the_calibrated_model(scored, written):
    for text in both(scored | {"parameters": CALIBRATED}, written):
        assert (
            "Scored on 43 past cases in 28 areas, one case left out at a time: mean Brier score 0.21 within 90 days, "
            "against 0.26 for the base rate (skill 20%, 1% to 38%) and 0.22 for a logistic regression (skill 5%, −11% "
            "to 19%; no clear difference). Too few cases to judge calibration."
        ) in text
        assert text.index("own confidence in this forecast") < text.index("Scored on") < text.index("A strike is a day")
        assert "docs/backtest.md" in text


def test_the_track_record_of_a_forecast_on_priors_leads_with_the_score_of_priors(scored):
    lead = texts(section(scored, "track-record"))[0]
    assert "score 0.23 within 90 days with its parameters at their priors, as here, and 0.21 with calibrated" in lead


def test_the_track_record_shows_every_window_and_both_schemes(scored):
    table, more = tables(section(scored, "track-record")).values()
    shown = rows(table)
    assert table.columns[1:] == ("30 days", "90 days", "180 days")
    assert shown["Cases (with an offensive)"] == ("43 (17)", "43 (23)", "42 (26)")
    assert shown["Model"] == ("0.22", "0.21", "0.20")
    assert shown["Skill over the base rate"] == ("13% (−5% to 30%)", "20% (1% to 38%)", "20% (0% to 37%)")
    assert ("90 days", "area", "log", "0.63", "0.66", "0.73", "0.67") in more.rows
    assert len(more.rows) == 12


def test_a_skill_without_an_interval_is_said_to_have_none_and_is_no_clear_difference(scored):
    scored = copy.deepcopy(scored)
    scored["track_record"]["windows"]["90"]["against"]["base rate"] = {
        "difference": [-0.05, None, None], "skill": [0.2, None, None],
    }  # fmt: skip
    lead = texts(section(scored, "track-record"))[0]
    assert "(skill 20%, interval not known; no clear difference)" in lead


def test_enough_cases_are_not_called_too_few(scored):
    scored["track_record"] = scored["track_record"] | {"too_few": False}
    assert "Too few" not in markdown_of(scored)


def test_a_track_record_that_lacks_a_part_is_refused(scored):
    scored["track_record"] = {key: value for key, value in scored["track_record"].items() if key != "windows"}
    with pytest.raises(ReportError, match="lacks 'windows'"):
        document_of(scored)


def test_without_a_track_record_the_report_says_so(record, written):
    for text in both(record, written):
        assert re.search(r"Track record\s+The model has no track record yet for these parameters\.", text)


# -- parameters -------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_priors_are_called_priors(record, written):
    for text in both(record, written):
        assert "conditional on this model" in text
        assert "Its parameters are priors, not calibrated to past cases." in text
        assert re.search(r"Parameters[ |]+priors", text)


@pytest.mark.slow
def test_a_calibration_is_named_with_its_date_its_cases_and_how_far_seeds_disagree(record, written):
    calibrated = record | {"parameters": CALIBRATED | {"written": ["friction", "noise"]}}
    for text in both(calibrated, written):
        assert (
            "Its parameters are calibrated on 19 past cases as known on 18 August 2018 (calibrated-2018-08). The "
            "scenario itself sets 2 of them."
        ) in text
        assert "Calibrations with other seeds give probabilities that differ by 2 points" in text
        assert re.search(r"\(calibrated-2018-08\), 1,000 draws; the scenario sets friction, noise", text)
        assert "priors, not calibrated" not in text


@pytest.mark.slow
def test_a_calibration_names_both_samples_it_was_fitted_to(record, written):
    for text in both(record | {"parameters": CALIBRATED | {"threats": 403}}, written):
        assert "calibrated on 19 past cases and 403 threats between states as known on 18 August 2018" in text


@pytest.mark.slow
def test_a_disagreement_that_is_not_known_is_not_mentioned(record, written):
    for text in both(record | {"parameters": CALIBRATED | {"seed_disagreement": None, "cases": None}}, written):
        assert "under other seeds" not in text
        assert "calibrated on past cases as known on" in text
