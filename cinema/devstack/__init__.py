"""The servers that `cinema dev` and the tests start for themselves; production imports none."""
