"""`python -m sshr` is the `sshr` command."""

from sshr.cli import main

if __name__ == "__main__":
    main()
