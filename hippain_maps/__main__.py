"""``python -m hippain_maps`` is ``hippain``."""

from hippain_maps.cli import main

if __name__ == "__main__":
    main(prog_name="hippain")
