"""What a batch is going to run: names, combinations, repeats and shards."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from gp_lib.errors import ParameterError
from gp_lib.runner.cases import MOST_CASES, Case, cases_of, parse_matrix, shard
from gp_lib.runner.catalogue import Scenario
from gp_lib.runner.parameters import read_parameters

CELL = 'users = 3  # people, count\nmax_s = 5.0  # longest, seconds\nname = "x"  # a name\nids = [1]  # ids\n'
ONE = Scenario("a1_one", "p0", Path("a1_one.ipynb"), "One", "?", "writes", False, read_parameters("a1_one", CELL))
TWO = Scenario("w2_two", "p0", Path("w2_two.ipynb"), "Two", "?", "reads", False, ())


def names(cases: list[Case]) -> list[str]:
    return [case.name for case in cases]


def test_without_a_matrix_a_case_is_called_like_its_scenario() -> None:
    cases = cases_of([ONE, TWO], {"users": "5"})
    assert [(case.name, case.parameters) for case in cases] == [("a1_one", {"users": 5}), ("w2_two", {})]


def test_a_matrix_gives_every_combination_with_the_types_of_the_notebook() -> None:
    cases = cases_of([ONE], {"name": "y"}, matrix={"users": ["5", "50"], "max_s": ["1", "2"]})
    assert [(case.parameters["users"], case.parameters["max_s"]) for case in cases] == [
        (5, 1.0),
        (5, 2.0),
        (50, 1.0),
        (50, 2.0),
    ]
    assert {case.parameters["name"] for case in cases} == {"y"}
    assert names(cases)[0] == "a1_one.users=5,max_s=1"


def test_a_scenario_that_lacks_the_parameter_of_a_matrix_runs_once() -> None:
    assert names(cases_of([ONE, TWO], {}, matrix={"users": ["5", "50"]})) == [
        "a1_one.users=5",
        "a1_one.users=50",
        "w2_two",
    ]


def test_repeats_are_numbered_from_one_and_only_where_there_are_several() -> None:
    assert names(cases_of([TWO], {}, repeat=2)) == ["w2_two.r1", "w2_two.r2"]
    assert names(cases_of([TWO], {}, repeat=1)) == ["w2_two"]


@pytest.mark.parametrize("value", ["../../etc", "a/b", "a b", "\x00", "ä", "x" * 5000, "漢" * 200, ".."])
def test_a_cases_name_is_that_of_a_folder_below_the_batch_whatever_the_value(tmp_path: Path, value: str) -> None:
    (case,) = cases_of([ONE], {}, matrix={"name": [value]})
    (tmp_path / case.name).mkdir()
    assert [path.name for path in tmp_path.iterdir()] == [case.name]
    assert case.parameters == {"name": value}


def test_values_that_look_alike_as_a_folder_have_folders_of_their_own() -> None:
    long = "x" * 300
    values = ["a/b", "a:b", "a_b", long + "1", long + "2"]
    found = names(cases_of([ONE], {}, matrix={"name": values}))
    assert len(set(found)) == len(values)
    assert found == names(cases_of([ONE], {}, matrix={"name": values}))


def test_a_value_of_the_wrong_type_in_a_matrix_is_refused() -> None:
    with pytest.raises(ParameterError, match="a1_one: users=many is not an integer"):
        cases_of([ONE], {}, matrix={"users": ["5", "many"]})


def test_more_runs_than_anybody_means_are_refused_at_once() -> None:
    thousands = [str(number) for number in range(MOST_CASES)]
    with pytest.raises(ParameterError, match=f"it comes to more than {MOST_CASES} runs"):
        cases_of([ONE], {}, matrix={"users": thousands, "max_s": thousands})
    with pytest.raises(ParameterError, match="--matrix, --repeat: it comes to more than"):
        cases_of([TWO], {}, repeat=MOST_CASES + 1)
    assert len(cases_of([TWO], {}, repeat=MOST_CASES)) == MOST_CASES


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("users=5", ["5"]),
        ("users=5,50", ["5", "50"]),
        ("users=1..3", ["1", "2", "3"]),
        ("users=-1..1", ["-1", "0", "1"]),
        ("users=1..2,9", ["1", "2", "9"]),
        ("users=4..4", ["4"]),
        ("users=0.5,a..b", ["0.5", "a..b"]),
        ("users=[1,2],[3]", ["[1,2]", "[3]"]),
        ("users=a=b", ["a=b"]),
    ],
)
def test_a_matrix_is_read_from_values_and_ranges(text: str, values: list[str]) -> None:
    assert parse_matrix([text]) == {"users": values}


def test_several_parameters_stand_in_one_text_or_in_several() -> None:
    assert parse_matrix(["a=1 b=2", "c=3"]) == {"a": ["1"], "b": ["2"], "c": ["3"]}
    assert parse_matrix([]) == {}


@pytest.mark.parametrize(
    ("texts", "sentence"),
    [
        (["users"], "'users' is not of the form name=value,value or name=first..last"),
        (["users="], "is not of the form"),
        (["=5"], "is not of the form"),
        (["a-b=5"], "is not of the form"),
        (["users=5", "users=6"], "'users' stands twice"),
        (["users=5,5"], "a value of 'users' stands twice"),
        (["users=1..3,2"], "a value of 'users' stands twice"),
        (["users=3..1"], "3..1 is no range from a lower to a higher number"),
        (["users=1..10001"], f"of at most {MOST_CASES}"),
        (["users=1..99999999999999999999"], f"of at most {MOST_CASES}"),
    ],
)
def test_a_matrix_that_says_nothing_clear_is_refused(texts: list[str], sentence: str) -> None:
    with pytest.raises(ParameterError) as refused:
        parse_matrix(texts)
    assert sentence in str(refused.value)


def test_the_shards_of_a_batch_are_all_of_it_and_share_nothing() -> None:
    cases = cases_of([TWO], {}, repeat=7)
    parts = [shard(cases, f"{part}/3") for part in (1, 2, 3)]
    assert [len(part) for part in parts] == [3, 2, 2]
    assert sorted(name for part in parts for name in names(part)) == sorted(names(cases))


def test_a_shard_takes_its_cases_from_all_over_the_batch() -> None:
    assert names(shard(cases_of([TWO], {}, repeat=5), "2/2")) == ["w2_two.r2", "w2_two.r4"]


@pytest.mark.parametrize("text", ["", "1", "0/3", "4/3", "1/0", "-1/3", "a/b", "1/3/3", "1.5/3"])
def test_a_shard_that_there_is_not_is_refused(text: str) -> None:
    with pytest.raises(ParameterError, match="is not of the form part/parts, such as 1/3"):
        shard([], text)


def test_parameters_of_a_case_can_be_written_down() -> None:
    (case,) = cases_of([ONE], {}, matrix={"ids": ["[1,2]"]})
    assert json.loads(json.dumps(case.parameters)) == {"ids": [1, 2]}


def test_values_with_commas_brackets_quotes_and_spaces_stay_whole() -> None:
    assert parse_matrix(["ids=[[1, 2],[3]],[] name='a b',c,\"d,e\""]) == {
        "ids": ["[[1, 2],[3]]", "[]"],
        "name": ["a b", "c", "d,e"],
    }


def test_combinations_that_read_alike_have_folders_of_their_own() -> None:
    scenario = replace(ONE, parameters=read_parameters("a1_one", "n = 'x'  # one\nm = 'y'  # other\n"))
    cases = cases_of([scenario], {}, matrix={"n": ["a", "a,m=b"], "m": ["c", "b,m=c"]})
    assert len({case.name for case in cases}) == 4


def test_a_long_name_still_fits_into_a_folders_name() -> None:
    scenario = replace(ONE, name="a1_" + "ü" * 110)
    cases = cases_of([scenario], {}, matrix={"name": ["x" * 100 + "1", "x" * 100 + "2"]}, repeat=2)
    assert len({case.name for case in cases}) == 4
    assert max(len(case.name.encode()) for case in cases) <= 200


@pytest.mark.parametrize("text", ["users=1.." + "9" * 5000, "users=" + "9" * 5000 + ".." + "9" * 5000])
def test_a_range_of_absurd_numbers_is_refused(text: str) -> None:
    with pytest.raises(ParameterError, match="is not a range of at most"):
        parse_matrix([text])


def test_a_shard_of_an_absurd_number_is_refused() -> None:
    with pytest.raises(ParameterError, match="is not of the form part/parts"):
        shard([], "1/" + "9" * 5000)
