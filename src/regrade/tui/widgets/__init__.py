"""The widgets of the app; each draws what it is handed and posts messages of its own."""
