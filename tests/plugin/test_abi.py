"""The plug-in header against the kept one of ABI 1.0, by abidiff: fields may be added at the ends of structs that carry their size, and nothing else."""

import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

HERE: pathlib.Path = pathlib.Path(__file__).resolve().parent
FIRST: pathlib.Path = HERE / "abi_1_0" / "plugin.h"
NOW: pathlib.Path = HERE.parents[1] / "include" / "commitbench" / "plugin.h"

# abidiff's exit code is a set of bits (abidiff(1), "Return values").
ERROR: int = 1
CHANGE: int = 4

TYPE = re.compile(r"^\} (cb_\w+);", re.MULTILINE)
ENUMERATOR = re.compile(r"\b(CB_[A-Z_0-9]+) = \d+u?")
SIZED = re.compile(r"typedef struct (cb_\w+) \{\n(?:    uint32_t abi_major[^\n]*\n)?    uint32_t struct_size;")


def probe(header: str) -> str:
    """A C source in whose debug information every struct and enumerator of `header` is found: enumerators as lengths of arrays."""
    types = "".join(f"void of_{name}({name}* it); void of_{name}({name}* it) {{ (void)it; }}\n" for name in TYPE.findall(header))
    numbers = "".join(f"char is_{name}[{name} + 1];\n" for name in dict.fromkeys(ENUMERATOR.findall(header)))
    return f'#include "plugin.h"\n{types}{numbers}'


def grown(first: str) -> set[str]:
    """The structs of `first` that may grow: those that carry their size."""
    return set(SIZED.findall(first))


def forbidden(report: str, may_grow: set[str]) -> list[str]:
    """The lines of abidiff's report of leaf changes that are no addition at the end of a struct that may grow."""
    wrong: list[str] = []
    size = 0
    allowed = False
    for line in report.splitlines():
        head = re.fullmatch(r"'struct (\w+) at .*' changed:", line)
        growth = re.fullmatch(r"  type size changed from (\d+) to (\d+) \(in bits\)", line)
        added = re.fullmatch(r"    '.*', at offset (\d+) \(in bits\) at .*", line)
        if head:
            size, allowed = 0, head[1] in may_grow
            if not allowed:
                wrong.append(line)
        elif growth and allowed and int(growth[2]) > int(growth[1]):
            size = int(growth[1])
        elif added and allowed and size > 0 and int(added[1]) >= size:
            continue
        elif not re.fullmatch(r"|(Leaf changes|Changed leaf types|Removed/Changed/Added \w+) summary: .*|  \d+ data member insertions?:", line):
            wrong.append(line)
    return wrong


@unittest.skipUnless(shutil.which("abidiff"), "abidiff is missing: scripts/install_dependencies test installs abigail-tools")
class Header(unittest.TestCase):
    """Compiled with debug information, the old one and another, and compared."""

    def setUp(self) -> None:
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="commitbench-abi-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.first = FIRST.read_text(encoding="utf-8")
        self.now = NOW.read_text(encoding="utf-8")

    def compiled(self, name: str, header: str) -> pathlib.Path:
        """A library whose debug information has all of `header`."""
        folder = self.folder / name
        folder.mkdir()
        (folder / "plugin.h").write_text(header, encoding="utf-8")
        (folder / "probe.c").write_text(probe(self.first), encoding="utf-8")
        subprocess.run(["cc", "-std=c11", "-g", "-shared", "-fPIC", "-o", "probe.so", "probe.c"], cwd=folder, check=True)
        return folder / "probe.so"

    def forbidden_in(self, header: str) -> list[str]:
        """What the kept header forbids in this one."""
        done = subprocess.run(["abidiff", "--leaf-changes-only", self.compiled("first", self.first), self.compiled("other", header)],
                              capture_output=True, text=True, check=False)
        self.assertFalse(done.returncode & ERROR, done.stdout + done.stderr)
        wrong = forbidden(done.stdout, grown(self.first))
        self.assertTrue(not wrong or done.returncode & CHANGE)
        return wrong

    def test_only_additions_at_the_ends(self) -> None:
        self.assertNotEqual(self.first, self.now)
        self.assertEqual([], self.forbidden_in(self.now))

    def test_what_is_compared_is_the_whole_header(self) -> None:
        self.assertEqual(set(re.findall(r"^typedef struct (cb_\w+) \{", self.first, re.MULTILINE)), set(TYPE.findall(self.first)))
        self.assertGreaterEqual(grown(self.first), {"cb_host", "cb_resources", "cb_backend_interface", "cb_block_result", "cb_plugin"})
        self.assertEqual(set(), grown(self.first) & {"cb_change", "cb_bytes", "cb_receipt", "cb_position"})

    def caught(self, old: str, new: str, *said: str) -> None:
        """With the first `old` of today's header made `new`, the comparison names these."""
        self.assertIn(old, self.now)
        text = "\n".join(self.forbidden_in(self.now.replace(old, new, 1)))
        for part in said:
            self.assertIn(part, text)

    def test_a_changed_type_is_caught(self) -> None:
        self.caught("uint64_t memory_budget;", "uint32_t memory_budget;", "cb_resources::memory_budget")

    def test_a_changed_parameter_is_caught_where_the_struct_has_grown_as_well(self) -> None:
        self.caught("(*stage)(void* backend, const cb_change* changes, size_t count", "(*stage)(void* backend, const cb_change* changes, uint32_t count",
                    "cb_backend_interface::stage")

    def test_a_field_in_the_middle_is_caught(self) -> None:
        self.caught("    uint64_t number;\n", "    uint64_t other;\n    uint64_t number;\n", "'uint64_t number' offset changed")

    def test_a_field_that_is_gone_is_caught(self) -> None:
        self.caught("    int32_t (*spend)(void* context, uint64_t units);\n", "", "spend")

    def test_a_record_that_has_grown_is_caught(self) -> None:
        self.caught("    uint8_t deleted; /* 0 or 1 */\n", "    uint8_t deleted;\n    uint64_t more;\n", "'struct cb_change at ")

    def test_a_changed_number_is_caught(self) -> None:
        self.caught("CB_CORRUPT = 3", "CB_CORRUPT = 7", "is_CB_CORRUPT")


if __name__ == "__main__":
    unittest.main()
