"""SQL text: values that become code."""
