"""`list` and `describe`: every component, every option."""

import re

from cli_test import CliTest

COMPONENTS: dict[str, list[str]] = {
    "workload": ["transfer", "p2p", "kv", "token", "swap", "orderbook", "mint", "trace"],
    "executor": ["sequential", "replay", "block-stm", "lock-schedule"],
    "backend": ["null", "flat", "lthash", "mpt", "paged"],
}


class ListAndDescribe(CliTest):
    """What there is."""

    def test_list_has_every_component_with_a_summary(self) -> None:
        text = self.assert_ok(self.run_program("list"))
        for names in COMPONENTS.values():
            for name in names:
                self.assertRegex(text, rf"(?m)^  {name} +\S+ \S+")

    def test_describe_every_listed_component(self) -> None:
        listed = re.findall(r"(?m)^  ([a-z0-9_-]+) {2,}", self.assert_ok(self.run_program("list")))
        self.assertEqual(sorted(listed), sorted(sum(COMPONENTS.values(), [])))
        for kind, names in COMPONENTS.items():
            for name in names:
                text = self.assert_ok(self.run_program("describe", kind, name))
                self.assertIn(f"{kind} {name}: ", text)
                self.assertTrue("what it does" in text or "has no options" in text, text)

    def test_described_defaults_can_be_written_as_a_spec(self) -> None:
        text = self.assert_ok(self.run_program("describe", "backend", "mpt"))
        rows = [line.split() for line in text.splitlines()[3:] if line.startswith("  ")]
        options = [f"{row[0]}={row[3]}" for row in rows if row[3] not in ("none", "required")]
        self.assertIn("store=memory", options)
        script = self.write("s", "commit\n")
        self.assert_ok(self.run_program("root", "--backend", "mpt:" + ",".join(options), script))

    def test_unknown_kind(self) -> None:
        self.assert_refused(self.run_program("describe", "backends", "mpt"), "did you mean 'backend'?")

    def test_unknown_name(self) -> None:
        self.assert_refused(self.run_program("describe", "backend", "flatt"), "did you mean 'flat'?")

    def test_missing_name(self) -> None:
        self.assert_refused(self.run_program("describe", "backend"), "NAME is required")
