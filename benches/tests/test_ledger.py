"""A run that is taken up again."""

import os
import tempfile
import unittest

from harness.ledger import Ledger, failed


class LedgerTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "results.json")
        self.ledger = Ledger(self.path, {"binary": "one"})

    def again(self):
        return Ledger(self.path, {"binary": "one"})

    def test_a_step_that_was_done_is_not_done_again(self):
        self.ledger.step("busy/tally", lambda: {"events": 1})
        self.assertEqual(self.again().step("busy/tally", lambda: {"events": 2}), {"events": 1})

    def test_a_step_that_failed_is_tried_again(self):
        self.ledger.step("busy/load", lambda: {"failed": "no space"})
        self.assertEqual(self.again().step("busy/load", lambda: {"seconds": 2}), {"seconds": 2})

    def test_a_complete_part_stands_in_place_of_its_own_steps_only(self):
        self.ledger.step("busy/tally", lambda: 1)
        self.ledger.step("wide/tally", lambda: 2)
        self.ledger.part("busy", {"tally": 1})
        kept = self.again().kept
        self.assertEqual((kept["parts"], kept["steps"]), ({"busy": {"tally": 1}}, {"wide/tally": 2}))

    def test_figures_of_another_binary_are_not_mixed_in(self):
        self.ledger.fact("machine", "one")
        with self.assertRaisesRegex(SystemExit, "another binary"):
            Ledger(self.path, {"binary": "two"})

    def test_a_fact_that_stays_is_said_once(self):
        self.ledger.fact("load", "0.1")
        self.ledger.fact("load", "0.1")
        self.ledger.fact("load", "3.0")
        self.assertEqual(self.again().kept["facts"], {"load": ["0.1", "3.0"]})

    def test_a_failure_is_seen_however_deep_it_lies(self):
        self.assertEqual(failed({"load": {"duckdb": {"failed": "no space"}}}), "no space")
        self.assertIsNone(failed({"load": [{"seconds": 1}]}))


if __name__ == "__main__":
    unittest.main()
