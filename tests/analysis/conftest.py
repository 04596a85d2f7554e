"""Lets `python3 -m pytest tests/analysis` find the package without PYTHONPATH."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts"))
