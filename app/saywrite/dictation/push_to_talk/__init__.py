"""The key held anywhere: policy, keys, and the order of inserted texts."""
