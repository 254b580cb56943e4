package dev.tokenstore.client;

import java.lang.ref.WeakReference;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The claim under which an SDK refreshes on this thread, until it saves or gives up.
///
/// The SDK saves the object that it found, on the same thread. A thread whose next call is another find has given up:
/// its refresh failed, and the SDK does not say so.
///
/// @param <T> the SDK's class of tokens
final class HeldClaim<T> {
    private final ThreadLocal<@Nullable Held<T>> current = new ThreadLocal<>();

    private static final class Held<T> {
        private final WeakReference<T> token;
        private final Claim claim;

        Held(T token, Claim claim) {
            this.token = new WeakReference<>(token);
            this.claim = claim;
        }
    }

    void set(T token, Claim claim) {
        current.set(new Held<>(token, claim));
    }

    /// Returns the claim that a save of this object answers, and forgets it.
    Optional<Claim> takeFor(T token) {
        var held = current.get();
        return held != null && held.token.get() == token ? take() : Optional.empty();
    }

    /// Returns this thread's claim, which was not answered by a save, and forgets it.
    Optional<Claim> take() {
        var held = current.get();
        current.remove();
        return Optional.ofNullable(held).map(each -> each.claim);
    }
}
