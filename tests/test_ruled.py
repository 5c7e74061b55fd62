"""Grids from drawn rules: however borders are drawn, and whichever are missing."""

from __future__ import annotations

import pytest

from extractors.ruled import Rule, find_grids, joined_rules

XS = (50.0, 80.0, 300.0, 400.0)
YS = (100.0, 120.0, 160.0, 200.0)


def box(xs=XS, ys=YS):
    """The rules of a full grid: level ones, upright ones."""
    return (
        [Rule(y, xs[0], xs[-1]) for y in ys],
        [Rule(x, ys[0], ys[-1]) for x in xs],
    )


def shapes(grid):
    return {(c.row, c.column): (c.row_span, c.column_span) for c in grid.cells}


def test_a_full_grid_has_a_cell_for_each_slot():
    (grid,) = find_grids(*box())
    assert (grid.xs, grid.ys) == (XS, YS)
    assert len(grid.cells) == 9


@pytest.mark.parametrize("gap", [0.5, 3.5])
def test_a_border_may_be_drawn_in_pieces_or_dashes(gap):
    level, upright = box()
    dashes = []
    for y, first, last in level:
        at = first
        while at < last:
            dashes.append(Rule(y, at, min(at + 6, last)))
            at += 6 + gap
    (grid,) = find_grids(dashes, upright)
    assert len(grid.cells) == 9


def test_a_double_border_is_one():
    level, upright = box()
    double = [Rule(y + shift, *ends) for y, *ends in level for shift in (0.0, 1.5)]
    (grid,) = find_grids(double, upright)
    assert len(grid.cells) == 9


def test_cells_merge_where_borders_are_missing():
    level = [
        Rule(100, 50, 400),
        Rule(120, 50, 400),
        Rule(160, 50, 300),  # the last column goes on over it
        Rule(200, 50, 400),
    ]
    upright = [Rule(50, 100, 200), Rule(80, 120, 200), Rule(300, 120, 200), Rule(400, 100, 200)]
    (grid,) = find_grids(level, upright)
    found = shapes(grid)
    assert found[0, 0] == (1, 3)
    assert found[1, 2] == (2, 1)
    assert len(found) == 6


def test_lines_under_words_form_no_grid():
    level, upright = box()
    under = [Rule(150.0, 100.0, 180.0), Rule(60.0, 200.0, 260.0)]
    (grid,) = find_grids([*level, *under], upright)
    assert len(grid.cells) == 9
    assert not find_grids(under, [])


def test_a_table_open_at_its_sides_is_closed():
    level, upright = box()
    (grid,) = find_grids(level, upright[1:-1])
    assert grid.xs == XS
    assert len(grid.cells) == 9


def test_a_table_that_the_page_cuts_open_is_closed():
    level, upright = box()
    (grid,) = find_grids(level[:-1], upright)
    assert grid.ys == YS
    assert len(grid.cells) == 9


def test_two_tables_of_a_page_stay_two():
    level, upright = box()
    below = [Rule(y + 200, *ends) for y, *ends in level]
    beside = [Rule(x, first + 200, last + 200) for x, first, last in upright]
    assert len(find_grids([*level, *below], [*upright, *beside])) == 2


def test_a_lone_frame_is_no_grid():
    assert not find_grids(*box((50.0, 400.0), (100.0, 200.0)))


def test_pieces_in_one_line_join_and_far_ones_do_not():
    pieces = [Rule(10, 0, 50), Rule(10.4, 52, 90), Rule(10, 200, 250)]
    assert [(rule.first, rule.last) for rule in joined_rules(pieces)] == [(0, 90), (200, 250)]
