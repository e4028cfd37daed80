"""Which lines are reached."""

import unittest

from harness.goals import Line
from harness.growing import LATEST
from harness.growth_goals import files_lines, growth_lines, network_lines
from harness.report import report


def verdict(value, *wanted):
    return Line("busy", "text", value, *wanted).verdict()


def lake(milliseconds, read):
    cost = {"seconds": milliseconds / 1e3, "bytes": read, "files": 1}
    sizes = {"bytes": 1_000_000, "index": 37_000, "bloom": 14_000}
    return {"fill": {"ingests": 1, "peak_bytes": 400e6}, "sizes": sizes, "needles": {"running": cost, "cold": cost}}


GROWTH = {
    "lakes": {"1000": lake(10, 5_000), "30000": lake(16, 19_000)},
    "metadata": {"count": {"files": 0, "of_files": 4, "bytes": 0}, LATEST: {"files": 1, "of_files": 4, "bytes": 9}},
    "cold_start": {"an hour": {"traillake": 0.05, "duckdb": 0.04, "runs": 11}},
    "dedupe": {"failed": "no space"},
}


class GoalsTest(unittest.TestCase):
    def test_a_line_is_judged_by_its_goal_and_its_summit(self):
        self.assertEqual(verdict(2.9, 3, True, 4), "not reached")
        self.assertEqual(verdict(3, 3, True, 4), "reached")
        self.assertEqual(verdict(4.1, 3, True, 4), "reached, and the summit")
        self.assertEqual(verdict(0.71, 0.7, False, 0.55), "not reached")
        self.assertEqual(verdict(0.5, 0.7, False, 0.55), "reached, and the summit")

    def test_a_summit_alone_is_what_there_is_to_reach(self):
        self.assertEqual([verdict(value, None, True, 2.5) for value in (2.4, 2.5)], ["not reached", "reached"])

    def test_a_line_without_a_mark_is_only_stated(self):
        self.assertEqual(verdict(0.1), "stated")

    def test_growing_lakes_are_judged_by_the_largest_against_the_smallest(self):
        lines = {line.text: (round(line.value, 4), line.verdict()) for line in growth_lines(GROWTH)}
        needle = "needle in 30,000 events, in a running prompt"
        self.assertEqual(lines[f"{needle}, times that in 1,000"], (1.6, "not reached"))
        self.assertEqual(lines[f"{needle}: share of the lake's bytes read"], (0.019, "reached"))
        self.assertEqual(lines["index and bloom filters / bytes of the lake of 30,000 events"], (0.051, "not reached"))
        self.assertEqual(lines["count of 30,000 events: data files read"], (0, "reached"))
        cold = "`query` of an hour of 30,000 events, process start to end, times `duckdb -c`"
        self.assertEqual(lines[cold], (0.8, "not reached"))

    def test_a_step_that_failed_is_no_line_but_is_named(self):
        self.assertFalse([line for line in growth_lines(GROWTH) if "re-delivered" in line.text])
        text = report({"title": "t", "facts": {}, "seconds": {}, "parts": {"growth": GROWTH}})
        self.assertIn("- growth, dedupe: no space", text)
        self.assertIn("Not measured: the lake busy;", text)

    def test_lines_stand_before_the_figures_they_are_worked_out_from(self):
        text = report({"title": "t", "facts": {}, "seconds": {}, "parts": {"growth": GROWTH}})
        self.assertLess(text.index("## Lines to reach"), text.index("## Needles"))

    def test_many_files_and_requests_are_judged(self):
        row = {"warm, hour": 4.0, "warm, day": 4.0}
        (hour, day) = files_lines({"1000": row, "100000": {"warm, hour": 11.9, "warm, day": 12.1}})
        self.assertEqual((hour.verdict(), day.verdict()), ("reached", "not reached"))
        costs = {"needle: event id": {"requests": 13}, "count": {"requests": 9}}
        self.assertEqual([line.verdict() for line in network_lines({"questions": costs})], ["not reached", "stated"])


if __name__ == "__main__":
    unittest.main()
