"""Benchmarks: ``make bench``, ``make bench BENCH=delta JSON=out.json``. Each module has ``run(quick) -> figures``."""
