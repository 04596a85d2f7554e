"""The Debian package: what it says of itself, and that it comes and goes cleanly. Into a folder, so that it needs no root."""

import gzip
import os
import pathlib
import re
import subprocess

from cli_test import CliTest

PACKAGES: pathlib.Path = pathlib.Path(os.environ["COMMITBENCH_PACKAGES"])

# What a user of the package looks for.
WANTED: list[str] = [
    "usr/bin/commitbench",
    "usr/include/commitbench/plugin.h",
    "usr/include/commitbench/backend.hpp",
    "usr/lib/cmake/commitbench/commitbenchConfig.cmake",
    "usr/share/pkgconfig/commitbench.pc",
    "usr/share/man/man1/commitbench.1.gz",
    "usr/share/bash-completion/completions/commitbench",
    "usr/share/zsh/vendor-completions/_commitbench",
    "usr/share/fish/vendor_completions.d/commitbench.fish",
    "usr/share/commitbench/plans/smoke.toml",
    "usr/share/commitbench/claims/K1.toml",
    "usr/share/commitbench/scripts/analysis/__main__.py",
    "usr/share/commitbench/template/c/Makefile",
    "usr/share/commitbench/template/cpp/CMakeLists.txt",
    "usr/share/commitbench/template/rust/Cargo.toml",
    "usr/share/doc/commitbench/copyright",
    "usr/share/doc/commitbench/README.md",
]


class DebianPackage(CliTest):
    """The one package that cpack has made."""

    package: str

    def setUp(self) -> None:
        super().setUp()
        made = sorted(PACKAGES.glob("*.deb"))
        self.assertEqual(1, len(made), "cpack makes one package")
        self.package = str(made[0])

    def command(self, *words: str) -> str:
        """Must end well; its output."""
        path = os.environ["PATH"] + ":/usr/sbin:/sbin"  # dpkg looks for ldconfig, which only root has on its path
        done = subprocess.run(words, cwd=self.folder, env={**self.environment(), "PATH": path, "LC_ALL": "C"},
                              capture_output=True, text=True, timeout=300, check=False)
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def field(self, name: str) -> str:
        """Of the control file."""
        return self.command("dpkg-deb", "--field", self.package, name).strip()

    def dependencies(self) -> list[str]:
        """The names in Depends."""
        return [re.split(r"[ (:]", one.strip(), maxsplit=1)[0] for one in self.field("Depends").split(",")]

    def test_control_fields(self) -> None:
        self.assertEqual("commitbench", self.field("Package"))
        self.assertRegex(self.field("Version"), r"^\d+\.\d+\.\d+$")
        self.assertEqual(self.command("dpkg", "--print-architecture").strip(), self.field("Architecture"))
        self.assertIn("Executors against", self.field("Description").splitlines()[0])
        self.assertGreater(len(self.field("Description").splitlines()), 2, "a summary and a description")
        self.assertIn("python3-scipy", self.field("Recommends"))
        for library in ("libc6", "librocksdb", "liblmdb0", "libfmt"):
            self.assertTrue(any(name.startswith(library) for name in self.dependencies()), library)
        self.assertEqual({"control", "md5sums"}, set(os.listdir(self.unpacked("--control"))), "nothing runs when it is installed")

    def unpacked(self, what: str) -> pathlib.Path:
        """Its files, or its control files."""
        folder = self.folder / what.strip("-")
        self.command("dpkg-deb", what, self.package, str(folder))
        return folder

    def test_files(self) -> None:
        folder = self.unpacked("--extract")
        for name in WANTED:
            self.assertTrue((folder / name).is_file(), name)
        page = gzip.decompress((folder / "usr/share/man/man1/commitbench.1.gz").read_bytes()).decode()
        self.assertIn(f'"commitbench {self.field("Version")}"', page.splitlines()[0])
        for path in folder.rglob("*"):
            mode = path.stat().st_mode & 0o777
            runs = path.is_dir() or path.name == "commitbench" and path.parent.name == "bin"
            self.assertEqual(0o755 if runs else 0o644, mode, path)
            self.assertNotIn("__pycache__", path.parts)

    def test_installs_runs_and_goes(self) -> None:
        root = self.folder / "root"
        database = root / "var" / "lib" / "dpkg"
        for name in ("info", "updates", "triggers"):
            (database / name).mkdir(parents=True)
        # Of this machine's packages, those that it depends on: dpkg itself checks versions against these.
        status = self.command("dpkg-query", "--show", "--showformat",
                              "Package: ${Package}\nStatus: ${Status}\nArchitecture: ${Architecture}\nMulti-Arch: ${Multi-Arch}\n"
                              "Version: ${Version}\nMaintainer: somebody\nDescription: there\n\n", *self.dependencies())
        (database / "status").write_text(status.replace("Multi-Arch: \n", ""))
        for block in status.split("\n\n"):
            fields = dict(line.split(": ", 1) for line in block.splitlines())
            if fields:
                same = ":" + fields["Architecture"] if fields["Multi-Arch"] == "same" else ""
                (database / "info" / f"{fields['Package']}{same}.list").write_text("/.\n")
        before = self.tree(root)
        dpkg = ("dpkg", f"--root={root}", "--force-not-root")
        self.assertNotIn("warning", self.command(*dpkg, "--install", self.package))

        program = str(root / "usr" / "bin" / "commitbench")
        self.assertIn("commitbench " + self.field("Version"), self.command(program, "--version"))
        self.assertIn("smoke", self.command(program, "sweep", "--list"), "it finds what came with it")
        self.command(program, "run", "--quiet", "--workload", "kv:items=500,block-size=50", "--blocks", "2", "--backend", "mpt:store=rocksdb")
        self.assertIn("whole 95 %", self.command(program, "compare", "--help"))

        self.assertNotIn("warning", self.command(*dpkg, "--purge", "commitbench"))
        self.assertEqual(before, self.tree(root), "nothing is left")

    @staticmethod
    def tree(root: pathlib.Path) -> list[str]:
        """All there is, but dpkg's own files."""
        return sorted(str(path.relative_to(root)) for path in root.rglob("*") if "dpkg" not in path.relative_to(root).parts)
