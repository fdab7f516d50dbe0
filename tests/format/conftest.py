"""The independent reader, which imports nothing of sshr, beside these tests."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
