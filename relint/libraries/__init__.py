"""What libraries' calls, arguments and defaults are: data tables with their sources."""
