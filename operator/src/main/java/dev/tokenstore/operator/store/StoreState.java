package dev.tokenstore.operator.store;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.api.OAuthTokenStoreStatus;
import dev.tokenstore.operator.access.AccessGrants.AccessResult;
import dev.tokenstore.operator.metrics.StoreMeters;
import dev.tokenstore.operator.token.SecretMetadata;
import dev.tokenstore.runtime.Backoff;
import dev.tokenstore.runtime.ExpiringValue;
import dev.tokenstore.runtime.RateLimiter;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// The state of a store between reconciliations. A restart loses it without harm. Not thread-safe: one thread at a time
/// reconciles a store.
final class StoreState {
    /// The shortest time between two writes of the status that change no condition: each is an event for every watcher.
    static final Duration STATUS_INTERVAL = Duration.ofSeconds(30);

    /// The most events of one reason at once; after them one in [#EVENT_INTERVAL].
    static final int EVENT_BURST = 10;

    static final Duration EVENT_INTERVAL = Duration.ofMinutes(1);

    /// Secrets that are not tokens are counted up to this number.
    static final int MOST_OTHER_SECRETS = 1_000;

    /// How long their number is reused.
    static final Duration COUNT_LIFETIME = Duration.ofMinutes(10);

    private static final int STALE_DECISIONS = 5;
    private static final int REFUSALS_OF_A_NEW_STORE = 6;

    private final String uid;
    private final InstantSource clock;
    private final StoreMeters meters;
    private final CleanupLedger ledger;
    private final Backoff failedCleanups = Backoff.exponential(Duration.ofSeconds(1), Duration.ofSeconds(30));
    private final Map<String, String> reportedReasons = new HashMap<>();
    private final Map<String, RateLimiter> events = new HashMap<>();
    private final ExpiringValue<OtherSecrets> otherSecrets;
    private @Nullable OAuthTokenStoreStatus status;
    private @Nullable Instant statusWritten;
    private @Nullable Instant loadingSince;
    private boolean full;
    private int refusals;
    private int staleDecisions;

    /// @param generation of the store when they were counted
    private record OtherSecrets(int number, long generation) {}

    StoreState(OAuthTokenStore store, MeterRegistry registry, InstantSource clock) {
        var metadata = store.getMetadata();
        this.uid = metadata.getUid();
        this.clock = clock;
        meters = new StoreMeters(registry, metadata.getNamespace(), metadata.getName());
        ledger = new CleanupLedger(store.getStatus());
        otherSecrets = new ExpiringValue<>(clock);
        status = store.getStatus();
        if (status != null) {
            status.conditions().forEach(condition -> reportedReasons.put(condition.getType(), condition.getReason()));
        }
    }

    /// Returns whether this is the state of that store, not of an earlier one of the same name.
    boolean isOf(OAuthTokenStore store) {
        return uid.equals(store.getMetadata().getUid());
    }

    StoreMeters meters() {
        return meters;
    }

    CleanupLedger ledger() {
        return ledger;
    }

    /// The backoff between cleanups in which deletions fail.
    Backoff failedCleanups() {
        return failedCleanups;
    }

    /// The status that was written last; null if none was.
    @Nullable OAuthTokenStoreStatus status() {
        return status;
    }

    /// Returns when to write `next`: now if a verdict or the generation changed, else [#STATUS_INTERVAL] after the last
    /// write. Empty if that status is written already.
    Optional<Instant> statusDue(OAuthTokenStoreStatus next, Instant now) {
        if (next.equals(status)) {
            return Optional.empty();
        }
        if (status == null
                || statusWritten == null
                || !Objects.equals(status.observedGeneration(), next.observedGeneration())
                || !Conditions.sameVerdicts(status.conditions(), next.conditions())) {
            return Optional.of(now);
        }
        var allowed = statusWritten.plus(STATUS_INTERVAL);
        return Optional.of(allowed.isAfter(now) ? allowed : now);
    }

    void statusWritten(OAuthTokenStoreStatus written, Instant now) {
        status = written;
        statusWritten = now;
    }

    /// Records the reason of a condition for which an event is written; returns the reason before, empty if there was
    /// none.
    String reportedReason(String condition, String reason) {
        var before = reportedReasons.put(condition, reason);
        return before == null ? "" : before;
    }

    /// Returns whether an event of this reason may be written now; if so it counts.
    boolean allowsEvent(String reason) {
        return events.computeIfAbsent(reason, same -> new RateLimiter(EVENT_BURST, EVENT_INTERVAL, this::nanoTime))
                .tryAcquire();
    }

    /// Returns the number of Secrets in the store's namespace that are not tokens, since accounts that may read its
    /// tokens may read those too; empty if they cannot be counted. A change of the store's spec has them counted again.
    OptionalInt otherSecrets(OAuthTokenStore store, SecretMetadata secrets) {
        long generation = store.getMetadata().getGeneration();
        var cached = otherSecrets.fresh().filter(known -> known.generation() == generation);
        if (cached.isPresent()) {
            return OptionalInt.of(cached.get().number());
        }
        try {
            int number = secrets.countOthers(store.getMetadata().getNamespace(), MOST_OTHER_SECRETS);
            otherSecrets.set(new OtherSecrets(number, generation), COUNT_LIFETIME);
            return OptionalInt.of(number);
        } catch (KubernetesClientException e) {
            otherSecrets.clear();
            return OptionalInt.empty();
        }
    }

    /// Records whether the store is full; returns whether it has become so since the last call.
    boolean becameFull(boolean isFull) {
        var became = isFull && !full;
        full = isFull;
        return became;
    }

    /// Counts refusals of access in a row; returns whether this one is among the first, which a new store or policy
    /// causes.
    boolean isRefusedAsNew(AccessResult result) {
        refusals = result instanceof AccessResult.Granted ? 0 : refusals + 1;
        return refusals > 0 && refusals <= REFUSALS_OF_A_NEW_STORE;
    }

    /// Records that the tokens are being listed; returns for how long they have been.
    Duration loading(Instant now) {
        if (loadingSince == null) {
            loadingSince = now;
        }
        return Duration.between(loadingSince, now);
    }

    void loaded() {
        loadingSince = null;
    }

    /// Records whether a cleanup decided on a stale view of a token; returns whether that happened more often in a row
    /// than a healthy watch explains.
    boolean watchLags(boolean wasStale) {
        staleDecisions = wasStale ? staleDecisions + 1 : 0;
        return staleDecisions > 0 && staleDecisions % STALE_DECISIONS == 0;
    }

    private long nanoTime() {
        var now = clock.instant();
        return Math.addExact(TimeUnit.SECONDS.toNanos(now.getEpochSecond()), now.getNano());
    }
}
