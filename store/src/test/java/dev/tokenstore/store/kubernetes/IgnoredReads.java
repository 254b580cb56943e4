package dev.tokenstore.store.kubernetes;

import dev.tokenstore.store.ReadListener;

/// Listens to nothing.
final class IgnoredReads implements ReadListener {
    @Override
    public void read(Source source) {}

    @Override
    public void unreachable(String why) {}

    @Override
    public void reachable() {}

    @Override
    public void watches(int open) {}

    @Override
    public void watchRefused() {}
}
