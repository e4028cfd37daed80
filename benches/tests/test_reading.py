"""What is read from the words of others."""

import datetime
import unittest

from harness.cold_start import windows
from harness.dedupe import renamed
from harness.growing import Cost, costs
from harness.network import table

SAID = """1 row in 2.5 ms; scanned 1,024 events and 1.2 MB, read 1 of 1,203 files (7 ruled out by the index)
0 rows in 1.2 s; scanned 0 events and 0 B, read 0 of 51 files, table version 10
"""
TABLE = """
| question | requests | bytes | ms | kept: requests | bytes | ms |
|---|---|---|---|---|---|---|
| needle in a large file | 13 | 472914 |
| needle: event id | 11 | 59704 | 337 | 9 | 16001 | 270 |
| events of a day by name | 14 | 104228 | 303 | 9 | 16001 | 272 |

test a_new_process_answers ... ok
"""


class ReadingTest(unittest.TestCase):
    def test_what_the_prompt_says_of_an_answer(self):
        self.assertEqual(costs(SAID), [Cost(1, 0.0025, 1.2e6, 1, 1203), Cost(0, 1.2, 0, 0, 51)])

    def test_the_table_of_the_network_test(self):
        found = table(TABLE)
        self.assertEqual(list(found), ["needle in a large file", "needle: event id", "events of a day by name"])
        self.assertEqual(found["needle in a large file"], {"requests": 13, "bytes": 472914})
        self.assertEqual((found["needle: event id"]["requests"], found["needle: event id"]["kept_bytes"]), (11, 16001))

    def test_a_log_file_delivered_again_has_another_name_of_the_same_time(self):
        name = "336591245802_CloudTrail_eu-west-1_20250303T1510Z_0Mqv3ug3OeQ80DPn.json.gz"
        again = renamed(name)
        self.assertNotEqual(again, name)
        self.assertTrue(again.startswith("336591245802_CloudTrail_eu-west-1_20250303T1510Z_"))
        self.assertTrue(again.endswith(".json.gz"))

    def test_windows_lie_within_the_days_of_the_lake(self):
        for span in (datetime.timedelta(hours=1), datetime.timedelta(days=1)):
            found = list(windows(4, span, 9))
            self.assertEqual(len(found), 9)
            self.assertTrue(all(end - begin == span for begin, end in found))
            self.assertLessEqual(max(end for _, end in found), datetime.datetime(2025, 3, 7))


if __name__ == "__main__":
    unittest.main()
