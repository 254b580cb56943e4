package dev.tokenstore.store;

import dev.tokenstore.api.RetentionPolicy;
import dev.tokenstore.api.TokenFacts;
import dev.tokenstore.api.TokenFacts.Credentials;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/// Which of a store's tokens are alive. To readers and writers one whose time is over by the store's policy is none of
/// its tokens any more, whether or not it was deleted already. The same for every storage; what is over is decided by
/// [RetentionPolicy] alone.
public final class LivingTokens {
    private final Supplier<RetentionPolicy> policy;
    private final InstantSource clock;

    /// @param policy the policy of the moment
    /// @param clock the one that rows are stamped by
    public LivingTokens(Supplier<RetentionPolicy> policy, InstantSource clock) {
        this.policy = policy;
        this.clock = clock;
    }

    /// The same, by a policy that does not change.
    public LivingTokens(RetentionPolicy policy, InstantSource clock) {
        this(() -> policy, clock);
    }

    /// Every token lives until someone deletes it.
    public static LivingTokens forEver() {
        return new LivingTokens(RetentionPolicy.of(null), InstantSource.system());
    }

    /// Whether the row's time is over.
    public boolean isOver(StoredToken row) {
        return isOver(now -> factsOf(row, now));
    }

    /// The same, of a row whose storage knows more of it than its times.
    ///
    /// @param factsAt what is known of the row at a moment
    public boolean isOver(Function<Instant, TokenFacts> factsAt) {
        var now = clock.instant();
        return policy.get()
                .endForReaders(factsAt.apply(now))
                .filter(end -> !end.over().isAfter(now))
                .isPresent();
    }

    /// Whether the policy ends tokens at all.
    public boolean mayEnd() {
        return policy.get().sessionTimeout() != null || policy.get().maxTokenAge() != null;
    }

    /// How long a session lasts that is not used; empty if for ever.
    public Optional<Duration> sessionTimeout() {
        return Optional.ofNullable(policy.get().sessionTimeout());
    }

    Instant now() {
        return clock.instant();
    }

    /// What a row says of itself, for the decision when its time is over.
    ///
    /// @param seenAt when it was read
    public static TokenFacts factsOf(StoredToken row, Instant seenAt) {
        return TokenFacts.ofRow(
                row.createTime(),
                row.updateTime(),
                row.lastActive(),
                row.fields().expiry().orElse(null),
                credentialsOf(row.fields()),
                seenAt);
    }

    private static Credentials credentialsOf(TokenFields fields) {
        if (fields.has(TokenField.ACCESS_TOKEN)) {
            return fields.isRenewable() ? Credentials.ACCESS_AND_RENEWAL : Credentials.ACCESS_ONLY;
        }
        return fields.isRenewable() ? Credentials.RENEWAL_ONLY : Credentials.NONE;
    }
}
