"""asyncio: tasks nobody holds, work without a bound, loops that block."""
