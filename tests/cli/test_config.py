"""The configuration file: TOML, a section a subcommand; faults are named by line and column."""

from cli_test import SMALL_WORKLOAD, CliTest


class ConfigFile(CliTest):
    """--config."""

    def refuse(self, text: str) -> str:
        """What is said about this file."""
        self.write("c.toml", text)
        return self.assert_refused(self.run_program("run", "--config", "c.toml"))

    def test_says_everything_that_flags_say(self) -> None:
        self.write(
            "c.toml",
            f"""
            [run]
            workload = "{SMALL_WORKLOAD}"
            backend = "flat:store=memory"
            executor = "sequential"
            blocks = 3
            warmup = 1
            seed = 7
            memory = "32MiB"
            durability = "block"
            dir = "data"
            reopen = true
            results = "commitbench-results"
            quiet = true
            """,
        )
        self.assert_ok(self.run_program("run", "--config", "c.toml"))
        line = self.result_lines()[0]
        for part in ('"seed":7', '"durability":"block"', '"cache_state":"cold"', '"warmup_blocks":1'):
            self.assertIn(part, line)
        self.assertTrue((self.folder / "data").is_dir())

    def test_file_may_be_named_before_the_subcommand(self) -> None:
        self.write("c.toml", f'[run]\nworkload = "{SMALL_WORKLOAD}"\nbackend = "null"\nblocks = 2\nquiet = true\n')
        self.assert_ok(self.run_program("--config", "c.toml", "run"))
        self.assertEqual(1, len(self.result_lines()))

    def test_flag_wins_over_the_file(self) -> None:
        self.write("c.toml", f'[run]\nworkload = "{SMALL_WORKLOAD}"\nbackend = "null"\nblocks = 2\nseed = 7\n')
        self.assert_ok(self.run_program("run", "--config", "c.toml", "--seed", "8", "--quiet"))
        self.assertIn('"seed":8', self.result_lines()[0])

    def test_array_for_a_flag_that_may_be_repeated(self) -> None:
        self.write("c.toml", f'[run]\nworkload = "{SMALL_WORKLOAD}"\nbackend = ["null", "flat"]\nblocks = 2\n')
        self.assert_ok(self.run_program("run", "--config", "c.toml", "--quiet"))
        self.assertEqual(2, len(self.result_lines()))

    def test_sections_of_other_subcommands_are_checked_and_not_used(self) -> None:
        self.write("c.toml", "[run]\nblocks = 3\n\n[trace.write]\nseed = 9\n")
        self.assert_ok(self.run_program("--config", "c.toml", "list"))

    def test_unknown_key(self) -> None:
        line = self.refuse('[run]\n  bakend = "mpt"\n')
        self.assertIn("c.toml:2:3: no key is called 'bakend' here: did you mean 'backend'?", line)

    def test_unknown_section(self) -> None:
        self.assertIn("c.toml:1:", self.refuse("[rum]\nblocks = 3\n"))
        self.assertIn("did you mean 'run'?", self.refuse("[rum]\nblocks = 3\n"))

    def test_unknown_inner_section(self) -> None:
        self.assertIn("did you mean 'write'?", self.refuse("[trace.wite]\nseed = 3\n"))

    def test_key_outside_of_any_section(self) -> None:
        self.assertIn("c.toml:1:1: no key is called 'blocks' here", self.refuse("blocks = 3\n"))

    def test_syntax_error(self) -> None:
        self.assertIn("c.toml:2:", self.refuse("[run]\nblocks = = 3\n"))

    def test_array_for_a_flag_with_one_value(self) -> None:
        self.assertIn("c.toml:2:8: 'seed' takes one value", self.refuse("[run]\nseed = [1, 2]\n"))

    def test_empty_array(self) -> None:
        self.assertIn("'backend' is an empty array", self.refuse("[run]\nbackend = []\n"))

    def test_text_for_a_flag_without_value(self) -> None:
        self.assertIn("'quiet' takes true or false", self.refuse('[run]\nquiet = "yes"\n'))

    def test_truth_for_a_flag_with_value(self) -> None:
        self.assertIn("'seed' takes a value", self.refuse("[run]\nseed = true\n"))

    def test_date_for_a_flag(self) -> None:
        self.assertIn("'seed' takes a string, a number or true/false", self.refuse("[run]\nseed = 2024-01-01\n"))

    def test_bad_value_is_refused_as_the_flag_would_be(self) -> None:
        self.assertIn("--blocks 0", self.refuse("[run]\nblocks = 0\n"))

    def test_missing_file(self) -> None:
        self.assert_refused(self.run_program("run", "--config", "none.toml"), "none.toml")

    def test_hidden_flags_are_no_keys(self) -> None:
        self.refuse("[run]\nreport-to = 3\n")

    def test_a_file_in_a_file(self) -> None:
        self.refuse('config = "d.toml"\n')
