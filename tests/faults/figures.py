"""How long calls took."""

LATE = 10.0  # seconds; also what a call counts that failed


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else LATE


def told(seconds):
    return f"p50 {percentile(seconds, 0.5) * 1e3:.1f} p99 {percentile(seconds, 0.99) * 1e3:.1f} ms of {len(seconds)}"
