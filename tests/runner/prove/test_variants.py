from gp_lib.runner.prove.variants import seeded_defects


def test_the_platform_lists_its_defects_with_the_killer_that_each_of_them_expects() -> None:
    defects = {variant.id: variant for variant in seeded_defects()}
    assert defects["S07"].killers == {"a4_tools_end_to_end": "every_tool_call_completed"}
    assert all(defect.story and len(defect.killers) == 1 for defect in defects.values())
