"""What the reader of an address is told, recorded: the measure of every later commit.

``addresses.txt`` lists the addresses, ``recorded/`` holds what each of them tells, `observe` finds
out what it tells now, `tests.test_corpus` compares, and `record` records anew what was meant to
change and is listed in ``differences.toml``.
"""
