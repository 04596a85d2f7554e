#!/usr/bin/env python3
"""Prints one line with the counts of a ctest run: scripts/test_counts.py PRESET JUNIT_FILE."""

import sys
import xml.etree.ElementTree as ElementTree


def counts(report: str) -> str:
    """The counts in the words of the last line of scripts/test."""
    suite = ElementTree.parse(report).getroot()
    total, failed, skipped, disabled = (
        int(suite.get(name, "0")) for name in ("tests", "failures", "skipped", "disabled")
    )
    passed = total - failed - skipped - disabled
    return f"{total} tests: {passed} passed, {failed} failed, {skipped + disabled} skipped"


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: scripts/test_counts.py PRESET JUNIT_FILE")
    print(f"{sys.argv[1]}: {counts(sys.argv[2])}")
