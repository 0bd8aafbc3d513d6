"""Runs the tests beside this file, and ends with one line of counts."""

import sys
import unittest
from pathlib import Path

# What users are shown is what is tested.
sys.path.insert(0, str(Path(__file__).parents[2] / "examples" / "local"))

result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2).run(
    unittest.defaultTestLoader.discover(str(Path(__file__).parent))
)
failed = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
skipped = len(result.skipped)
passed = result.testsRun - failed - skipped
# A file that did not load, or a service that did not start, has run no test of its own.
print(f"\n{max(passed, 0)} passed, {failed}" + " failed" + (f", {skipped} skipped" if skipped else ""))
sys.exit(1 if failed or passed <= 0 else 0)
