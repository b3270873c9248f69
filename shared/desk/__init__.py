"""The desk: what people may see and say, once, for the command line and the API alike."""
