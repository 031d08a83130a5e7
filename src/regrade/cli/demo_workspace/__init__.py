"""The demo: a workspace made from real flights, its candidates trained on the spot, its eval set begun."""

from regrade.cli.demo_workspace.folder import is_demo, make_demo, sample_data_folder

__all__ = ["is_demo", "make_demo", "sample_data_folder"]
