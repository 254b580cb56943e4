package dev.tokenstore.store;

import dev.tokenstore.api.RetentionPolicy;
import dev.tokenstore.api.TokenFacts;
import dev.tokenstore.api.TokenFacts.Credentials;
import dev.tokenstore.store.token.TokenField;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/// Which of a store's tokens are alive. Readers and writers miss a token whose time is over by the store's policy,
/// whether or not it is deleted yet. [RetentionPolicy] alone decides what is over.
public final class LivingTokens {
    private final Supplier<StoreSettings> settings;
    private final InstantSource clock;

    /// @param settings the settings of the moment
    /// @param clock the one whose times the rows hold
    public LivingTokens(Supplier<StoreSettings> settings, InstantSource clock) {
        this.settings = settings;
        this.clock = clock;
    }

    private RetentionPolicy policy() {
        return settings.get().retention();
    }

    /// Whether the row's time is over.
    public boolean isOver(StoredToken row) {
        return isOver(now -> factsOf(row, now));
    }

    /// Whether the time of a row is over, by facts of its storage.
    ///
    /// @param factsAt what is known of the row at a moment
    public boolean isOver(Function<Instant, TokenFacts> factsAt) {
        var now = clock.instant();
        return policy().endForReaders(factsAt.apply(now))
                .filter(end -> !end.over().isAfter(now))
                .isPresent();
    }

    /// Those of the rows that are alive.
    public List<StoredToken> among(List<StoredToken> rows) {
        return rows.stream().filter(row -> !isOver(row)).toList();
    }

    /// Whether the policy ends tokens at all.
    public boolean mayEnd() {
        return policy().sessionTimeout() != null || policy().maxTokenAge() != null;
    }

    /// How long a session lasts without use; empty: for ever.
    public Optional<Duration> sessionTimeout() {
        return Optional.ofNullable(policy().sessionTimeout());
    }

    Instant now() {
        return clock.instant();
    }

    /// The facts about a row, for the decision when its time is over.
    ///
    /// @param seenAt when it was read
    public static TokenFacts factsOf(StoredToken row, Instant seenAt) {
        return TokenFacts.ofRow(
                row.createTime(),
                row.updateTime(),
                row.lastActive(),
                row.fields().expiry(),
                Credentials.of(
                        row.fields().has(TokenField.ACCESS_TOKEN), row.fields().isRenewable()),
                seenAt);
    }
}
