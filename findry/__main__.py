"""``python -m findry``: the command line, where its script is not on the path."""

from findry.cli import main

if __name__ == "__main__":
    main()
