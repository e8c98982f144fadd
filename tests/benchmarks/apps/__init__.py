"""Small apps that the benchmarks run and compare."""
