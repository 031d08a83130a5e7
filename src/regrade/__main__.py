"""What `python -m regrade` runs."""

from regrade.cli import main

if __name__ == "__main__":
    main()
