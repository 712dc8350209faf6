"""Calls over the network: timeouts, responses that stay open."""
