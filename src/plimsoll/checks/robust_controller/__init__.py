"""robust_controller: an AI operator whose webhook refuses nonsense and whose objects come true."""
