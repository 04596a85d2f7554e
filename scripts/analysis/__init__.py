"""What follows from the runs that `commitbench` measured: intervals, verdicts, attribution. `python3 -m analysis` lists the commands."""
