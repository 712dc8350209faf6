"""What relint costs, beside its peers: `python -m benchmarks WORK`."""
