"""What differs between platforms, found by discovery: one package per kind of thing."""
