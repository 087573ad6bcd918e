"""What is started here writes in memory."""

from tests.ram_disk import no_fsync, tmp_path

__all__ = ["no_fsync", "tmp_path"]
