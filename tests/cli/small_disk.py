"""A small file system to fill. Only root may mount one; elsewhere the test is skipped."""

import os
import pathlib
import subprocess
import unittest

from cli_test import CliTest


class SmallDisk:
    """A tmpfs on FOLDER/disk, unmounted when the test ends."""

    def __init__(self, test: CliTest, megabytes: int) -> None:
        self.path = test.folder / "disk"
        self.path.mkdir()
        if os.geteuid() != 0:
            raise unittest.SkipTest("only root may mount a file system to fill")
        if not self.mount(f"size={megabytes}m"):
            raise unittest.SkipTest("this system lets no file system be mounted")
        test.addCleanup(self.unmount)

    def mount(self, options: str) -> bool:
        """Mounts it, or changes how it is mounted; whether that worked."""
        words = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(self.path)]
        return subprocess.run(words, capture_output=True, check=False).returncode == 0

    def unmount(self) -> None:
        """What was on it is gone."""
        subprocess.run(["umount", "-l", str(self.path)], capture_output=True, check=False)

    def fill(self, ballast: pathlib.Path, but_bytes: int = 0) -> None:
        """Writes `ballast` until no more than that is free."""
        with ballast.open("wb") as file:
            for piece in (1 << 20, 4096):
                while os.statvfs(self.path).f_bavail * os.statvfs(self.path).f_bsize >= but_bytes + piece:
                    file.write(b"\0" * piece)
                    file.flush()
