"""ai_inference: a Gateway API implementation routes real requests as its routes say."""
