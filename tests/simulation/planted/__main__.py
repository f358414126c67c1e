"""Hunts for the planted faults, one after the other, and writes down which was caught by what.

python -m tests.simulation.planted --seeds 300 --jobs 2 [--only NAME]     writes caught.json
python -m tests.simulation.planted --table                                prints it as Markdown
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict

from .faults import FAULTS
from .hunt import TABLE, hunt, read_table, table


def main() -> int:
    """Exit code 1: one was not caught."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.planted", description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=300, help="at most so many for each")
    parser.add_argument("--from", type=int, default=1, dest="first", help="the first of them")
    parser.add_argument("--skip", type=int, action="append", default=[], help="a seed that breaks without a fault")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    parser.add_argument("--only", action="append", help="this fault; can be given several times")
    parser.add_argument("--missed", action="store_true", help="only those that caught.json says nobody has caught")
    parser.add_argument("--table", action="store_true", help="print caught.json as Markdown, and hunt for none")
    options = parser.parse_args()
    known = read_table() if TABLE.exists() else {}
    if options.table:
        print(table(known))
        return 0
    faults = [fault for fault in FAULTS if not options.only or fault.name in options.only]
    if options.missed:
        faults = [fault for fault in faults if fault.name not in known or not known[fault.name].seed]
    with ThreadPoolExecutor(options.jobs) as pool:  # each hunt is a process of its own
        for caught in pool.map(
            lambda fault: hunt(fault, max(options.first, fault.first), options.seeds, options.skip), faults
        ):
            known[caught.fault] = caught
            how = f"seed {caught.seed}: {caught.invariant}" if caught.seed else f"not in {caught.played} seeds"
            print(f"{caught.fault:40} {how}", flush=True)
            rows = [asdict(known[fault.name]) for fault in FAULTS if fault.name in known]
            TABLE.write_text(json.dumps(rows, indent=1) + "\n")
    return int(any(not known[fault.name].seed for fault in faults))


if __name__ == "__main__":
    sys.exit(main())
