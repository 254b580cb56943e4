package dev.tokenstore.store.refresh;

import dev.tokenstore.api.RefreshClaim;
import dev.tokenstore.runtime.Backoff;
import dev.tokenstore.runtime.ExpiringValue;
import dev.tokenstore.runtime.RateLimiter;
import dev.tokenstore.runtime.Timeout;
import dev.tokenstore.store.HeldClaim;
import dev.tokenstore.store.SaveResult;
import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.TokenStorage;
import dev.tokenstore.store.TokenStorage.Replacement;
import dev.tokenstore.store.TokenStore;
import dev.tokenstore.store.refresh.RefreshListener.WaitOutcome;
import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import dev.tokenstore.store.token.TokenId;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/// Finds whose callers refresh a due token themselves: of all that find it due, in this process and in others, one is
/// told
/// to refresh, under a claim on the row, and the others wait for what it saves. Thread-safe; blocking.
///
/// A storage in trouble never makes a find fail or wait: then its caller gets the token as it is, as it would without
/// coordination. [RefreshStep] decides; this class looks, writes and waits.
public final class RefreshCoordinator implements AutoCloseable {
    /// A claim that is not written by then is none.
    private static final Duration CLAIM_TIMEOUT = Duration.ofSeconds(1);

    /// How long a process that may not write waits for another one's claim, and how rarely for one token.
    private static final Duration WAIT_FOR_CLAIM = Duration.ofSeconds(2);

    private static final Duration BETWEEN_WAITS_FOR_CLAIM = Duration.ofSeconds(10);

    private static final Duration MAY_NOT_WRITE_FOR = Duration.ofMinutes(1);
    private static final int MAX_WAITING = 1_024;
    private static final int MAX_ROWS = 10_000;

    /// Waits end that long before the caller's time is up, spread so that not all callers refresh at the same moment.
    private static final Duration ROUND_TRIP = Duration.ofMillis(250);

    private static final Duration SPREAD = Duration.ofMillis(500);
    private static final int ATTEMPTS_TO_GIVE_BACK = 3;

    /// A missing scope and a wrong data centre look like a refused token, and a refresh does not mend them.
    private static final Duration TOO_NEW = Duration.ofMinutes(1);

    private static final int MAX_REPORTS = 3;
    private static final Duration REPORTS_WITHIN = Duration.ofMinutes(10);

    /// Long enough that no pod's clock is behind the new expiry.
    private static final Duration EXPIRED_AGO = Duration.ofMinutes(1);

    private static final int LOCKS = 64;

    private final TokenStore store;
    private final TokenStorage storage;
    private final Supplier<Duration> longestClaim;
    private final InstantSource clock;
    private final LongSupplier nanoTime;
    private final RandomGenerator random;
    private final RefreshListener listener;
    private final ClaimGrants grants;
    private final Map<String, ClaimHistory> histories = new ConcurrentHashMap<>();
    private final Map<String, Long> waitsForClaims = new ConcurrentHashMap<>();
    private final ExpiringValue<Boolean> mayNotWrite;
    private final ReentrantLock[] claiming =
            Stream.generate(ReentrantLock::new).limit(LOCKS).toArray(ReentrantLock[]::new);
    private final Map<String, RateLimiter> reports = new ConcurrentHashMap<>();
    private final Set<Thread> waiting = ConcurrentHashMap.newKeySet();
    private final ExecutorService writes = Executors.newVirtualThreadPerTaskExecutor();
    private volatile boolean isDraining;

    /// @param storage the one of `store`
    /// @param longestClaim how long a claim lasts
    /// @param clock whose times the rows hold
    /// @param random for nonces, and for the spread of waits
    public RefreshCoordinator(
            TokenStore store,
            TokenStorage storage,
            Supplier<Duration> longestClaim,
            InstantSource clock,
            RandomGenerator random,
            RefreshListener listener) {
        this(store, storage, longestClaim, clock, System::nanoTime, random, listener);
    }

    /// @param nanoTime a monotonic timer, in nanoseconds
    RefreshCoordinator(
            TokenStore store,
            TokenStorage storage,
            Supplier<Duration> longestClaim,
            InstantSource clock,
            LongSupplier nanoTime,
            RandomGenerator random,
            RefreshListener listener) {
        this.store = store;
        this.storage = storage;
        this.longestClaim = longestClaim;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.random = random;
        this.listener = listener;
        this.grants = new ClaimGrants(nanoTime);
        this.mayNotWrite = new ExpiringValue<>(clock);
    }

    /// Finds a token, as [TokenStore#find] does.
    public Optional<FoundToken> find(TokenFields wanted, RefreshRequest request) {
        return find(() -> store.find(wanted), request);
    }

    /// Finds the token with that id, as [TokenStore#findById] does.
    public Optional<FoundToken> findById(TokenId id, RefreshRequest request) {
        return find(() -> store.findById(id), request);
    }

    private Optional<FoundToken> find(Supplier<Optional<StoredToken>> look, RefreshRequest request) {
        request.abandonedClaim().ifPresent(nonce -> grants.remove(nonce).ifPresent(this::giveBack));
        var found = look.get();
        if (found.isEmpty() || !isDue(found.get(), request)) {
            found.map(StoredToken::name).ifPresent(histories::remove);
            return found.map(RefreshCoordinator::asItIs);
        }
        var first = found.get();
        request.abandonedClaim()
                .filter(nonce -> isClaimed(first, nonce)) // granted before this process was started again
                .ifPresent(nonce -> giveBack(first.id(), nonce));
        try (var find = new WaitingFind(first, request)) {
            return find.coordinated(look);
        }
    }

    private static FoundToken asItIs(StoredToken row) {
        return new FoundToken(row, Optional.empty());
    }

    /// A token that nothing stored can renew is not due, and one without a known expiry never.
    private boolean isDue(StoredToken row, RefreshRequest request) {
        return row.fields().isRenewable()
                && row.fields()
                        .expiry()
                        .filter(expiry ->
                                !clock.instant().plus(request.minValidFor()).isBefore(expiry))
                        .isPresent();
    }

    /// One find of a due token.
    private final class WaitingFind implements AutoCloseable {
        private final StoredToken first;
        private final RefreshRequest request;
        private final Timeout timeout;
        private final boolean mayWait;
        private final long begunAt = nanoTime.getAsLong();
        private boolean hasWaited;
        private Optional<Timeout> waitForClaim = Optional.empty();
        private WaitOutcome outcome = WaitOutcome.GAVE_UP;

        WaitingFind(StoredToken first, RefreshRequest request) {
            this.first = first;
            this.request = request;
            this.timeout = Timeout.of(
                    request.timeout().minus(ROUND_TRIP).minusMillis(random.nextLong(SPREAD.toMillis())), nanoTime);
            this.mayWait = waiting.size() < MAX_WAITING;
        }

        Optional<FoundToken> coordinated(Supplier<Optional<StoredToken>> look) {
            var row = first;
            var backoff = Backoff.forContention(random);
            while (true) {
                switch (RefreshStep.of(situation(row))) {
                    case RefreshStep.Return done -> {
                        outcome =
                                isDue(row, request) && !isRefreshed(row) ? WaitOutcome.GAVE_UP : WaitOutcome.REFRESHED;
                        return Optional.of(asItIs(row));
                    }
                    case RefreshStep.RefreshUnder under -> {
                        return refreshNow(row, under.claim());
                    }
                    case RefreshStep.WriteClaim write -> {
                        var claim = claimed(row, write.duration(), request);
                        if (claim.isEmpty()) {
                            return Optional.of(asItIs(row));
                        }
                        if (claim.get() instanceof Replacement.Replaced replaced) {
                            return refreshNow(
                                    replaced.row(), replaced.row().claim().orElseThrow());
                        }
                        if (!backoff.sleep(timeout)) {
                            return Optional.of(asItIs(row));
                        }
                    }
                    case RefreshStep.Await await -> {
                        if (!isAwaited(row, await.atMost())) {
                            return Optional.of(asItIs(row));
                        }
                    }
                }
                try {
                    var found = look.get();
                    if (found.isEmpty()) {
                        return Optional.empty();
                    }
                    row = found.get();
                } catch (StorageException e) {
                    return Optional.of(asItIs(row));
                }
            }
        }

        private RefreshStep.Situation situation(StoredToken row) {
            var now = nanoTime.getAsLong();
            return new RefreshStep.Situation(
                    isDue(row, request),
                    isRefreshed(row),
                    observed(row, now),
                    longestClaim.get(),
                    grants.of(row, request),
                    mayNotWrite.fresh().isEmpty(),
                    waitForClaim(row),
                    isDraining || !mayWait ? Duration.ZERO : timeout.left(),
                    now);
        }

        /// A token that lives shorter than callers want is due all the time; a new one is what they wait for.
        private boolean isRefreshed(StoredToken row) {
            return !row.fields()
                    .get(TokenField.ACCESS_TOKEN)
                    .equals(first.fields().get(TokenField.ACCESS_TOKEN));
        }

        private Duration waitForClaim(StoredToken row) {
            if (waitForClaim.isEmpty() && mayNotWrite.fresh().isPresent()) {
                waitForClaim = Optional.of(Timeout.of(firstWaitForClaim(row.name()), nanoTime));
            }
            return waitForClaim.map(Timeout::left).orElse(Duration.ZERO);
        }

        private Optional<FoundToken> refreshNow(StoredToken row, RefreshClaim claim) {
            outcome = WaitOutcome.CLAIMED;
            return Optional.of(new FoundToken(row, Optional.of(new HeldClaim(claim.nonce(), row.version()))));
        }

        /// @return false if the storage is in trouble, or all waits are to end
        private boolean isAwaited(StoredToken row, Duration atMost) {
            if (!hasWaited) {
                hasWaited = true;
                request.waits().begun();
                waiting.add(Thread.currentThread());
            }
            try {
                storage.awaitChange(row, atMost);
                return !isDraining;
            } catch (InterruptedException e) {
                if (!isDraining) {
                    Thread.currentThread().interrupt(); // the caller has left
                }
                return false;
            } catch (StorageException e) {
                return false;
            }
        }

        @Override
        public void close() {
            if (hasWaited) {
                synchronized (waiting) {
                    waiting.remove(Thread.currentThread());
                }
                if (isDraining) {
                    Thread.interrupted(); // ended the wait, and is not to end the answer
                }
                request.waits().ended();
                listener.waited(Duration.ofNanos(nanoTime.getAsLong() - begunAt), outcome);
            }
        }
    }

    private ClaimHistory observed(StoredToken row, long now) {
        if (histories.size() >= MAX_ROWS) {
            histories.clear();
        }
        var failures = new int[2];
        var history = histories.compute(row.name(), (name, before) -> {
            var known = before == null ? ClaimHistory.of(row.version()) : before;
            var next = known.observed(row.version(), row.claim(), longestClaim.get(), now);
            failures[0] = next.version().equals(known.version()) ? known.failures() : 0;
            failures[1] = next.failures();
            return next;
        });
        if (failures[1] > failures[0]) {
            listener.failed(row.name());
        }
        return history;
    }

    private Duration firstWaitForClaim(String name) {
        var now = nanoTime.getAsLong();
        waitsForClaims.values().removeIf(last -> now - last > BETWEEN_WAITS_FOR_CLAIM.toNanos());
        return waitsForClaims.putIfAbsent(name, now) == null ? WAIT_FOR_CLAIM : Duration.ZERO;
    }

    /// Tries to write a claim; of the callers of this process that want one on a row, one at a time.
    ///
    /// @return empty if that cannot be decided now
    private Optional<Replacement> claimed(StoredToken row, Duration duration, RefreshRequest request) {
        var lock = claiming[Math.floorMod(row.name().hashCode(), LOCKS)];
        try {
            if (!lock.tryLock(CLAIM_TIMEOUT.toNanos(), TimeUnit.NANOSECONDS)) {
                return Optional.empty();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
        try {
            if (histories.get(row.name()) instanceof ClaimHistory history
                    && history.version().equals(row.version())
                    && history.inForce().isPresent()) {
                return Optional.of(new Replacement.RowChanged()); // another caller was faster
            }
            var claim = new RefreshClaim(HeldClaim.newNonce(row, random), row.version(), duration);
            var written = written(row, claim);
            if (written.filter(Replacement.Replaced.class::isInstance).isPresent()) {
                grants.add(row, claim, request);
                observed(((Replacement.Replaced) written.get()).row(), nanoTime.getAsLong());
                listener.claimed();
            }
            return written;
        } finally {
            lock.unlock();
        }
    }

    private Optional<Replacement> written(StoredToken row, RefreshClaim claim) {
        var write = new FutureTask<>(() -> storage.claim(row, Optional.of(claim)));
        var isDecided = new AtomicBoolean();
        writes.execute(() -> {
            write.run();
            if (!isDecided.compareAndSet(false, true)) {
                giveBack(row.id(), claim.nonce()); // too late: nobody holds it
            }
        });
        try {
            return outcomeOf(write, CLAIM_TIMEOUT);
        } catch (TimeoutException e) {
            return isDecided.compareAndSet(false, true) ? Optional.empty() : outcomeNow(write);
        }
    }

    private Optional<Replacement> outcomeNow(FutureTask<Replacement> write) {
        try {
            return outcomeOf(write, Duration.ZERO);
        } catch (TimeoutException e) {
            throw new IllegalStateException("the write has ended", e);
        }
    }

    /// @return empty if the storage is in trouble
    private Optional<Replacement> outcomeOf(FutureTask<Replacement> write, Duration timeout) throws TimeoutException {
        try {
            return Optional.of(write.get(timeout.toNanos(), TimeUnit.NANOSECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the caller has left; its claim ends with its connection
            return Optional.empty();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof StorageException failure
                    && failure.reason() == StorageException.Reason.STORE_NOT_ACCESSIBLE) {
                mayNotWrite.set(true, MAY_NOT_WRITE_FOR);
                return Optional.of(new Replacement.RowChanged()); // look again, as one that may only read
            }
            return Optional.empty();
        }
    }

    /// Takes a claim away that its holder gave up, if it can be done; else it lapses by itself.
    private void giveBack(TokenId id, String nonce) {
        var backoff = Backoff.forContention(random);
        try {
            for (int attempt = 0; attempt < ATTEMPTS_TO_GIVE_BACK; attempt++) {
                var row = storage.byId(id).filter(found -> isClaimed(found, nonce));
                if (row.isEmpty() || storage.claim(row.get(), Optional.empty()) instanceof Replacement.Replaced) {
                    return;
                }
                if (!backoff.sleep()) {
                    return;
                }
            }
        } catch (StorageException e) {
            // it lapses by itself
        }
    }

    private void giveBack(ClaimGrants.Grant grant) {
        giveBack(grant.id(), grant.nonce());
    }

    private static boolean isClaimed(StoredToken row, String nonce) {
        return row.claim().filter(claim -> claim.nonce().equals(nonce)).isPresent();
    }

    /// Records that the holder of a claim has saved.
    public void saved(HeldClaim claim) {
        grants.remove(claim.nonce());
    }

    /// Gives back the claims that were granted over a connection that has ended.
    public void connectionEnded(Object connection) {
        if (isDraining) {
            return;
        }
        var ended = grants.removeOf(connection);
        if (!ended.isEmpty()) {
            writes.execute(() -> ended.forEach(this::giveBack));
        }
    }

    /// How many finds are waiting.
    public int waiting() {
        return waiting.size();
    }

    /// Ends all waits at once, and those that would begin: their callers get the token as it is.
    public void endWaits() {
        isDraining = true;
        synchronized (waiting) {
            waiting.forEach(Thread::interrupt);
        }
    }

    /// Declares the access token of a token expired that the API refuses, so that the next find that will refresh is
    /// told
    /// to; the access token stays.
    ///
    /// @return empty if there is no token with this id
    public Optional<RejectionOutcome> reportRejected(TokenId id, SecretValue accessToken) {
        while (true) {
            var found = storage.byId(id);
            if (found.isEmpty()) {
                return Optional.empty();
            }
            var row = found.get();
            var now = clock.instant();
            if (row.fields()
                    .get(TokenField.ACCESS_TOKEN)
                    .filter(accessToken::equals)
                    .isEmpty()) {
                return Optional.of(RejectionOutcome.NOT_STORED);
            }
            if (row.fields().expiry().filter(expiry -> !now.isBefore(expiry)).isPresent()) {
                return Optional.of(RejectionOutcome.EXPIRED);
            }
            if (now.isBefore(row.updateTime().plus(TOO_NEW))) {
                return Optional.of(RejectionOutcome.TOO_NEW);
            }
            if (!reports.computeIfAbsent(row.name(), name -> newReportLimit()).tryAcquire()) {
                return Optional.of(RejectionOutcome.TOO_MANY);
            }
            var expired = TokenFields.NONE
                    .with(TokenField.ID, id.reveal())
                    .with(
                            TokenField.EXPIRES_IN,
                            Long.toString(now.minus(EXPIRED_AGO).toEpochMilli()));
            if (store.saveIfVersion(expired, row.version()) instanceof SaveResult.Saved) {
                return Optional.of(RejectionOutcome.EXPIRED);
            }
        }
    }

    private RateLimiter newReportLimit() {
        if (reports.size() >= MAX_ROWS) {
            reports.clear();
        }
        return new RateLimiter(MAX_REPORTS, REPORTS_WITHIN.dividedBy(MAX_REPORTS), nanoTime);
    }

    /// Ends all waits, and the claims that are being given back. The storage is the caller's.
    @Override
    public void close() {
        endWaits();
        writes.close();
    }
}
