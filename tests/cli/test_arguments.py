"""Words that the program does not understand: one line, the reason, the nearest match."""

from cli_test import SMALL_WORKLOAD, CliTest


class UnknownWords(CliTest):
    """Subcommands and flags."""

    def test_unknown_subcommand(self) -> None:
        self.assert_refused(self.run_program("rum"), "no subcommand 'rum'", "did you mean 'run'?")

    def test_unknown_subcommand_that_is_near_nothing(self) -> None:
        self.assert_refused(self.run_program("xxxxxxxxxxxx"), "no subcommand 'xxxxxxxxxxxx'", "choose one of run, sweep")

    def test_unknown_inner_subcommand(self) -> None:
        self.assert_refused(self.run_program("trace", "inof"), "'commitbench trace'", "did you mean 'info'?")

    def test_missing_inner_subcommand(self) -> None:
        self.assert_refused(self.run_program("trace"), "commitbench trace --help")

    def test_unknown_flag(self) -> None:
        self.assert_refused(self.run_program("run", "--bakend", "mpt"), "'commitbench run' has no flag --bakend", "--backend?")

    def test_unknown_flag_wins_over_what_is_missing_because_of_it(self) -> None:
        self.assert_refused(self.run_program("root", "--proof", "00"), "--proof", "did you mean --prove?")

    def test_unknown_flag_with_value(self) -> None:
        self.assert_refused(self.run_program("run", "--sed=7"), "no flag --sed:", "did you mean --seed?")

    def test_hidden_flag_is_not_advice(self) -> None:
        line = self.assert_refused(self.run_program("run", "--report", "3"))
        self.assertNotIn("--report-to", line)

    def test_flag_without_its_value(self) -> None:
        self.assert_refused(self.run_program("run", "--seed"), "--seed", "commitbench run --help")

    def test_flag_given_twice(self) -> None:
        self.assert_refused(self.run_program("run", "--seed", "1", "--seed", "2"), "--seed")

    def test_word_too_many(self) -> None:
        self.assert_refused(self.run_program("list", "backends"), "does not take the word 'backends'")

    def test_missing_file(self) -> None:
        self.assert_refused(self.run_program("root"), "FILE is required")

    def test_flag_without_subcommand(self) -> None:
        self.write("c.toml", "")
        self.assert_refused(self.run_program("--config", "c.toml"), "no subcommand is given")


class BadValues(CliTest):
    """Specs and values of flags."""

    def refuse(self, *words: str) -> str:
        """What `run` says to these words; nothing was measured."""
        line = self.assert_refused(self.run_program("run", *words))
        self.assertEqual([], self.result_lines())
        return line

    def test_unknown_backend(self) -> None:
        self.assertIn("no backend is called 'mtp': did you mean 'mpt'?", self.refuse("--backend", "mtp"))

    def test_unknown_workload(self) -> None:
        self.assertIn("did you mean 'transfer'?", self.refuse("--workload", "transfers"))

    def test_unknown_executor(self) -> None:
        self.assertIn("did you mean 'sequential'?", self.refuse("--executor", "sequental"))

    def test_unknown_option(self) -> None:
        self.assertIn("backend 'mpt' has no option 'stor': did you mean 'store'?", self.refuse("--backend", "mpt:stor=lmdb"))

    def test_unknown_choice(self) -> None:
        self.assertIn("did you mean 'rocksdb'?", self.refuse("--backend", "mpt:store=rockdb"))

    def test_option_out_of_range(self) -> None:
        self.assertIn("accounts=0", self.refuse("--workload", "transfer:accounts=0"))

    def test_option_that_is_no_number(self) -> None:
        self.assertIn("accounts=many", self.refuse("--workload", "transfer:accounts=many"))

    def test_missing_required_option(self) -> None:
        self.assertIn("needs the option 'path'", self.refuse("--workload", "trace"))

    def test_spec_without_value(self) -> None:
        self.assertIn("'store' is not key=value", self.refuse("--backend", "mpt:store"))

    def test_empty_spec(self) -> None:
        self.assertIn("begins with a name", self.refuse("--backend", ""))

    def test_wrong_word_in_the_last_of_several_cells_costs_nothing(self) -> None:
        line = self.refuse("--workload", SMALL_WORKLOAD, "--backend", "null", "--backend", "flt")
        self.assertIn("did you mean 'flat'?", line)

    def test_zero_blocks(self) -> None:
        self.assertIn("--blocks 0", self.refuse("--blocks", "0"))

    def test_blocks_that_are_no_number(self) -> None:
        self.assertIn("--blocks ten", self.refuse("--blocks", "ten"))

    def test_negative_seed(self) -> None:
        self.assertIn("--seed", self.refuse("--seed=-1"))

    def test_memory_that_is_no_size(self) -> None:
        self.assertIn("--memory 12XB: is no size", self.refuse("--memory", "12XB"))

    def test_memory_of_nothing(self) -> None:
        self.assertIn("--memory 0", self.refuse("--memory", "0"))

    def test_memory_beyond_64_bits(self) -> None:
        self.assertIn("--memory 99999999TiB", self.refuse("--memory", "99999999TiB"))

    def test_unknown_durability(self) -> None:
        self.assertIn("did you mean 'block'?", self.refuse("--durability", "blocks"))

    def test_unknown_pin(self) -> None:
        self.assertIn("--pin yes: is not one of on|off", self.refuse("--pin", "yes"))


class HelpAndVersion(CliTest):
    """What is asked for and is no error."""

    def test_help_names_every_subcommand_and_exit_code(self) -> None:
        text = self.assert_ok(self.run_program("--help"))
        for word in ("run", "root", "list", "describe", "doctor", "trace", "--version", "--config", "130"):
            self.assertIn(word, text)

    def test_help_of_a_subcommand(self) -> None:
        text = self.assert_ok(self.run_program("run", "--help"))
        for flag in ("--workload", "--backend", "--executor", "--blocks", "--warmup", "--seed", "--memory",
                     "--durability", "--workers", "--pin", "--dir", "--overwrite", "--reopen", "--results", "--quiet"):
            self.assertIn(flag, text)
        self.assertNotIn("--report-to", text)

    def test_version_names_compiler_build_and_libraries(self) -> None:
        text = self.assert_ok(self.run_program("--version"))
        for word in ("commitbench 0.1.0", "git", "build type", "compiler", "rocksdb", "lmdb"):
            self.assertIn(word, text.lower())

    def test_no_colour_where_output_is_no_terminal(self) -> None:
        for words in (["list"], ["doctor"], ["rum"]):
            result = self.run_program(*words)
            self.assertNotIn("\033", result.stdout + result.stderr)
