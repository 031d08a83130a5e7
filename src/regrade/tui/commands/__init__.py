"""What the keys do: one function an action, each handed the screen it acts on."""
