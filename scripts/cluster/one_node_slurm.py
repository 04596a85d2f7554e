#!/usr/bin/env python3
"""A whole Slurm on one machine, for as long as one command runs. See scripts/cluster/one_node_slurm."""

import argparse
import collections
import contextlib
import os
import pathlib
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import NoReturn, Self

START_SECONDS: float = 60
STOP_SECONDS: float = 15
ENDING_SIGNALS: list[signal.Signals] = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
PROGRAMS: list[str] = ["munged", "slurmctld", "slurmd", "scontrol", "setpriv"]


class SlurmError(Exception):
    """What did not start or answer, and the last lines of its log."""


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that nobody listens on now."""
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports: list[int] = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def process_table() -> dict[int, int]:
    """Process id -> that of its parent, for every process of the machine."""
    parents: dict[int, int] = {}
    for entry in pathlib.Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                status = (entry / "status").read_text(encoding="utf-8", errors="replace")
            except OSError:  # it has ended in the meantime
                continue
            parent = re.search(r"^PPid:\s*(\d+)", status, re.MULTILINE)
            if parent:
                parents[int(entry.name)] = int(parent.group(1))
    return parents


def descendants(roots: set[int]) -> set[int]:
    """`roots` and all processes below them."""
    children: dict[int, list[int]] = collections.defaultdict(list)
    for process, parent in process_table().items():
        children[parent].append(process)
    found: set[int] = set()
    waiting = list(roots)
    while waiting:
        process = waiting.pop()
        if process not in found:
            found.add(process)
            waiting += children[process]
    return found


def kill_at_once(processes: set[int]) -> None:
    """SIGKILL; all are stopped first, so that none sees another one die and reports it."""
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for process in processes:
            try:
                os.kill(process, number)
            except ProcessLookupError:
                pass


class OneNodeSlurm:
    """munged, slurmctld and some slurmds, each of these a node of its own name and port, all of them on 127.0.0.1.

    As a context manager: everything is in one temporary folder, and on leaving it every process is ended, jobs included, and the folder
    is removed unless `keep`; so too where this process is killed. No cgroups, no systemd, no accounting; jobs run as root. Needs root
    and the packages of the group `cluster`.
    """

    def __init__(self, nodes: int = 2, keep: bool = False) -> None:
        self.nodes: list[str] = [f"node{number}" for number in range(1, nodes + 1)]
        self.keep = keep
        self.folder = pathlib.Path()
        self._daemons: dict[str, subprocess.Popen[bytes]] = {}
        self._guard: tuple[int, int] | None = None  # process id, and the pipe whose end tells it of ours

    def __enter__(self) -> Self:
        if os.geteuid() != 0:
            raise SlurmError("slurmd starts jobs as their users and so needs root; run this as root, or through sudo")
        missing = [name for name in PROGRAMS if shutil.which(name) is None]
        if missing:
            raise SlurmError(f"{', '.join(missing)} not found; scripts/install_dependencies cluster installs them")
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="commitbench-slurm-"))
        try:
            self._guard = self._start_guard()
            self._start()
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    @property
    def configuration(self) -> pathlib.Path:
        """What SLURM_CONF names."""
        return self.folder / "slurm.conf"

    def environment(self) -> dict[str, str]:
        """This process's environment, in which Slurm's commands talk to this Slurm and nothing presets their options."""
        inherited = {name: value for name, value in os.environ.items() if not re.match(r"(SLURM|SBATCH|SQUEUE|SINFO|SCANCEL)_", name)}
        return inherited | {"SLURM_CONF": str(self.configuration)}

    def command(self, *words: str) -> str:
        """What a command of Slurm's prints. Raises SlurmError where it fails."""
        done = subprocess.run(words, env=self.environment(), capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise SlurmError(f"{' '.join(words)}: {done.stderr.strip()}")
        return done.stdout

    def node_state(self, node: str) -> str:
        """In lower case, as in "idle", "mixed", "down*" (the star: it does not answer)."""
        return self.command("sinfo", "--noheader", f"--nodes={node}", "--format=%T").split()[0]

    def start_node(self, node: str) -> None:
        """Starts the slurmd of a node that has none, and returns when the controller knows the node as up."""
        self._launch(node, ["slurmd", "-D", "-N", node, "-f", str(self.configuration)])
        self._wait(node, lambda: self.node_state(node) in ("idle", "mixed", "allocated"))

    def kill_node(self, node: str, jobs: bool = True) -> int:
        """SIGKILL to all of a node at once, as when its power fails: slurmd, slurmstepd and the jobs' processes. With `jobs` false only to
        slurmd: the controller loses the node, and the jobs on it run on. Returns the number of processes killed."""
        daemon = self._daemons.pop(node)
        processes = {daemon.pid}
        if jobs:
            processes = descendants(processes | self.steps(node))
        kill_at_once(processes)
        daemon.wait()
        return len(processes)

    def _start_guard(self) -> tuple[int, int]:
        """A process that ends the tasks should this one be killed: they are no children of ours, and would wait for a controller forever.
        The daemons get their signal from the kernel."""
        reading, writing = os.pipe()
        guard = os.fork()
        if guard != 0:
            os.close(reading)
            return guard, writing
        try:
            os.setsid()
            for number in ENDING_SIGNALS:  # they are for the process that it guards
                signal.signal(number, signal.SIG_IGN)
            os.close(writing)
            orderly = os.read(reading, 1) != b""
            if not orderly:
                self._end_tasks()
                if not self.keep:
                    shutil.rmtree(self.folder)
        finally:
            os._exit(0)

    def _start(self) -> None:
        # munge demands that everybody may enter the folder of its socket, and that nobody else may read its key.
        self.folder.chmod(0o755)
        for name in ("run", "log", "state"):
            (self.folder / name).mkdir()
        key = self.folder / "munge.key"
        key.touch(mode=0o600)
        key.write_bytes(secrets.token_bytes(128))
        self._configure()
        munge_socket = self.folder / "run" / "munge.socket"
        self._launch("munged", ["munged", "--foreground", f"--key-file={key}", f"--socket={munge_socket}"]
                     + [f"--{name}={self.folder}/run/munged.{name}" for name in ("pid-file", "seed-file")]
                     + [f"--log-file={self.folder}/log/munged.daemon.log"])
        self._wait("munged", munge_socket.exists)
        self._launch("slurmctld", ["slurmctld", "-D", "-f", str(self.configuration)])
        self._wait("slurmctld", self._controller_answers)
        for node in self.nodes:
            self.start_node(node)

    def _configure(self) -> None:
        host = socket.gethostname().split(".")[0]
        hardware = subprocess.run(["slurmd", "-C"], capture_output=True, text=True, check=True).stdout
        # Every node believes to have all of the machine's cores and its share of the memory.
        cores = " ".join(re.findall(r"\b(?:CPUs|Boards|SocketsPerBoard|CoresPerSocket|ThreadsPerCore)=\d+", hardware))
        memory = re.search(r"RealMemory=(\d+)", hardware)
        if not cores or memory is None:
            raise SlurmError(f"slurmd -C does not say what this machine has: {hardware.strip()}")
        controller, *ports = free_ports(1 + len(self.nodes))
        values = {
            "ClusterName": "onenode", "SlurmctldHost": f"{host}(127.0.0.1)", "SlurmctldPort": controller,
            "CommunicationParameters": "NoCtldInAddrAny,NoInAddrAny",  # listen on 127.0.0.1, not on every address
            "SlurmUser": "root", "SlurmdUser": "root",
            # A requeued job waits until its old credential has expired: by default two minutes.
            "AuthType": "auth/munge", "AuthInfo": f"socket={self.folder}/run/munge.socket,cred_expire=5", "CredType": "cred/munge",
            "StateSaveLocation": f"{self.folder}/state", "SlurmdSpoolDir": f"{self.folder}/spool-%n",
            "SlurmctldPidFile": f"{self.folder}/run/slurmctld.pid", "SlurmdPidFile": f"{self.folder}/run/%n.pid",
            "SlurmctldLogFile": f"{self.folder}/log/slurmctld.daemon.log", "SlurmdLogFile": f"{self.folder}/log/%n.daemon.log",
            "ProctrackType": "proctrack/linuxproc", "TaskPlugin": "task/none", "JobAcctGatherType": "jobacct_gather/none",
            "AccountingStorageType": "accounting_storage/none", "MpiDefault": "none", "SelectType": "select/cons_tres",
            "SchedulerType": "sched/builtin", "SchedulerParameters": "sched_interval=2",
            # After so many seconds of silence a node is down; fewer, and one on a busy machine is.
            "SlurmdTimeout": 20,
            "KillWait": 5, "MinJobAge": 86400, "ReturnToService": 2,
        }
        lines = [f"{name}={value}" for name, value in values.items()]
        lines += [f"NodeName={node} NodeHostname={host} NodeAddr=127.0.0.1 Port={port} {cores} RealMemory={int(memory.group(1)) // len(self.nodes)}"
                  for node, port in zip(self.nodes, ports)]
        lines += ["PartitionName=main Nodes=ALL Default=YES MaxTime=INFINITE State=UP"]
        self.configuration.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def _launch(self, name: str, words: list[str]) -> None:
        with open(self._log(name), "ab") as log:
            # Its own session: Ctrl-C is for this process, which then stops the daemons in order.
            self._daemons[name] = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", *words], env=self.environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                cwd=self.folder, start_new_session=True)

    def _log(self, name: str) -> pathlib.Path:
        return self.folder / "log" / f"{name}.log"

    def _wait(self, name: str, ready: Callable[[], bool]) -> None:
        """Until `ready`; raises SlurmError where daemon `name` ends, or START_SECONDS pass."""
        deadline = time.monotonic() + START_SECONDS
        while not ready():
            code = self._daemons[name].poll()
            if code is not None or time.monotonic() > deadline:
                what = f"ended with {code}" if code is not None else f"is not ready after {START_SECONDS:.0f} s"
                tail = "".join(self._log(name).read_text(encoding="utf-8", errors="replace").splitlines(keepends=True)[-15:])
                raise SlurmError(f"{name} {what}; its last lines:\n{tail}")
            time.sleep(0.1)

    def _controller_answers(self) -> bool:
        return subprocess.run(["scontrol", "ping"], env=self.environment(), capture_output=True, check=False).returncode == 0

    def steps(self, node: str | None = None) -> set[int]:
        """The slurmstepd processes of a node, or of all: no children of its slurmd, but they hold the node's log open, as what slurmd has
        just forked does."""
        logs = {str(self.folder / "log" / f"{name}.daemon.log") for name in ([node] if node else self.nodes)}
        daemons = {daemon.pid for daemon in self._daemons.values()}
        found: set[int] = set()
        for process in process_table().keys() - daemons:
            folder = pathlib.Path("/proc", str(process))
            try:
                if (folder / "comm").read_text(encoding="utf-8").startswith("slurm") and logs & {os.readlink(one) for one in (folder / "fd").iterdir()}:
                    found.add(process)
            except OSError:  # it has ended in the meantime
                continue
        return found

    def _stop(self) -> None:
        # Tasks last, when no daemon is left that could start one; munged after those that talk to it.
        for name in ["slurmctld", *self.nodes]:
            self._end(name)
        self._end_tasks()
        self._end("munged")
        if self._guard is not None:
            guard, pipe = self._guard
            with contextlib.suppress(BrokenPipeError):  # somebody killed the guard
                os.write(pipe, b".")
            os.close(pipe)
            os.waitpid(guard, 0)
            self._guard = None
        if not self.keep:
            shutil.rmtree(self.folder)

    def _end_tasks(self) -> None:
        while steps := self.steps():
            kill_at_once(descendants(steps))
            time.sleep(0.1)

    def _end(self, name: str) -> None:
        daemon = self._daemons.pop(name, None)
        if daemon is None:  # it was killed, or never started
            return
        daemon.terminate()
        try:
            daemon.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait()


def exit_on_signals() -> None:
    """SIGINT, SIGTERM and SIGHUP end this process as an error does: with the daemons stopped."""
    def leave(number: int, _: object) -> NoReturn:
        raise SystemExit(128 + number)

    for number in ENDING_SIGNALS:
        signal.signal(number, leave)


def main() -> int:
    """The command's exit code; 2 where Slurm does not start."""
    parser = argparse.ArgumentParser(prog="one_node_slurm", description="Runs COMMAND (default: a shell) with a Slurm of its own.")
    parser.add_argument("--nodes", type=int, default=2, help="how many (default 2)")
    parser.add_argument("--keep", action="store_true", help="keep the folder with configuration and logs")
    parser.add_argument("command", nargs=argparse.REMAINDER, metavar="COMMAND")
    options = parser.parse_args()
    if options.nodes < 1:
        parser.error(f"--nodes {options.nodes}: at least 1")
    exit_on_signals()
    try:
        with OneNodeSlurm(options.nodes, options.keep) as slurm:
            print(f"one_node_slurm: {', '.join(slurm.nodes)} are up; SLURM_CONF={slurm.configuration}", file=sys.stderr)
            return subprocess.run(options.command or [os.environ.get("SHELL", "/bin/bash")], env=slurm.environment(), check=False).returncode
    except SlurmError as error:
        print(f"one_node_slurm: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
