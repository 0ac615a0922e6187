"""`python -m saywrite` and the installed command."""

from saywrite.main import main

if __name__ == "__main__":
    raise SystemExit(main())
