"""The web toolkit: everything a page or an API needs that is no slice's business."""
