"""The plugin host: the shape of a slice, and which plugins live in which city."""
