package dev.tokenstore.operator;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/// The machine's clock, which a test can put forward.
public final class TestClock implements InstantSource {
    private volatile Duration ahead = Duration.ZERO;

    @Override
    public Instant instant() {
        return InstantSource.system().instant().plus(ahead);
    }

    public void advance(Duration by) {
        ahead = ahead.plus(by);
    }
}
