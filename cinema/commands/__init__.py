"""What the longer commands of the command line do, each a function that returns an exit code."""
