"""The demos: workspaces made from real data, their candidates trained on the spot, their eval sets begun."""

from regrade.cli.demo_workspace.folder import demo_of, is_demo, make_demo, sample_data_folder
from regrade.cli.demo_workspace.kinds import KINDS

__all__ = ["KINDS", "demo_of", "is_demo", "make_demo", "sample_data_folder"]
