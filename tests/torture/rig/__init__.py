"""What the experiments share: the server as a process, recorded calls, the checkers, and the verdict."""
