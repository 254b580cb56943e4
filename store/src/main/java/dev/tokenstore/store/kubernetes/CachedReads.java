package dev.tokenstore.store.kubernetes;

import dev.tokenstore.api.TokenFacts;
import dev.tokenstore.runtime.Timeout;
import dev.tokenstore.store.LivingTokens;
import dev.tokenstore.store.ReadListener;
import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StorageException.Reason;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.TokenLookup;
import dev.tokenstore.store.kubernetes.RowCache.Entry;
import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import dev.tokenstore.store.token.TokenId;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiPredicate;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// Lookups that remember their answers, so that a read of a token that is used costs no request. Thread-safe.
///
/// An answer names rows; a row that was last asked for longer ago than [Freshness] allows is asked for again by its
/// name, once for all who wait. An answer is forgotten when its rows do not match any more; a miss is not remembered.
/// The
/// store's resource is asked for in the background. While the API server cannot be reached, no read of a known row
/// waits
/// for it.
final class CachedReads implements TokenLookup, SecretObserver, AutoCloseable {
    /// What a read waits for the API server before it goes on with the row that it has.
    private static final Duration WAIT_WITH_A_ROW = Duration.ofMillis(500);

    /// From then on a read of a row that is not known fails at once, with the reason of the outage.
    private static final Duration WAIT_WITHOUT_A_ROW = Duration.ofSeconds(2);

    /// While an outage may still be a slow answer, only rows that were asked for this recently are served without
    /// waiting.
    private static final Duration RECENT = Duration.ofSeconds(5);

    /// How old a row without a watch is when a wait for its change asks for it again.
    static final Duration MAX_AGE_WHILE_AWAITED = Duration.ofMillis(500);

    private static final int MAX_ANSWERS = 10_000;
    private static final int MAX_ROWS_OF_AN_ANSWER = 4;

    private final TokenLookup live;
    private final SecretApi secrets;
    private final SecretReader reader;
    private final LivingTokens living;
    private final StoreResource resource;
    private final InstantSource clock;
    private final Freshness freshness;
    private final ReadListener listener;
    private final LongSupplier nanoTime;
    private final ChangeSignals signals = new ChangeSignals();
    private final RowCache rows;
    private final Map<Question, Answer> answers = new ConcurrentHashMap<>();
    private final Map<String, Flight> inFlight = new ConcurrentHashMap<>();
    private final StoreRefresher refresher;
    private final RowWatches watches;
    private final AtomicLong ownWrites = new AtomicLong();
    private volatile @Nullable Outage outage;
    private long answeredAt;

    /// What is looked for.
    private sealed interface Question {
        /// Whether a row with these fields may be an answer.
        boolean isAbout(TokenFields fields);

        record Id(TokenId id) implements Question {
            @Override
            public boolean isAbout(TokenFields fields) {
                return fields.id().filter(id::equals).isPresent();
            }
        }

        record User(SecretValue user, Optional<SecretValue> client) implements Question {
            @Override
            public boolean isAbout(TokenFields fields) {
                return fields.get(TokenField.USER_SIGNATURE)
                        .filter(user::equals)
                        .isPresent();
            }
        }

        record Credential(TokenField field, SecretValue value) implements Question {
            @Override
            public boolean isAbout(TokenFields fields) {
                return fields.get(field).filter(value::equals).isPresent();
            }
        }
    }

    /// @param names of the rows
    /// @param until when the question is asked anew although the rows still match; empty: never
    private record Answer(List<String> names, OptionalLong until) {}

    /// A request for a row.
    private record Flight(long sentAt, CompletableFuture<Void> done) {}

    /// The API server does not answer.
    private record Outage(StorageException reason, long since) {}

    /// @param live where questions are asked that have no remembered answer
    /// @param nanoTime a monotonic timer, in nanoseconds
    /// @param connections opens connections for watches
    CachedReads(
            TokenLookup live,
            SecretApi secrets,
            SecretReader reader,
            LivingTokens living,
            StoreResource resource,
            InstantSource clock,
            Freshness freshness,
            ReadListener listener,
            RandomGenerator random,
            LongSupplier nanoTime,
            String namespace,
            Supplier<KubernetesClient> connections) {
        this.live = live;
        this.secrets = secrets;
        this.reader = reader;
        this.living = living;
        this.resource = resource;
        this.clock = clock;
        this.freshness = freshness;
        this.listener = listener;
        this.nanoTime = nanoTime;
        this.rows = new RowCache(nanoTime, signals);
        this.refresher = new StoreRefresher(resource, random, this::answered, this::failed, nanoTime);
        this.watches = new RowWatches(rows, this, secrets, namespace, connections, listener, random);
    }

    /// Begins to ask for the store's resource in the background.
    void start() {
        refresher.start();
        watches.start();
    }

    @Override
    public Optional<StoredToken> byId(TokenId id) {
        return lookUp(
                        new Question.Id(id),
                        found -> found.getFirst().token().id().equals(id),
                        found -> true,
                        () -> live.byId(id).stream().toList())
                .stream()
                .findFirst();
    }

    @Override
    public List<StoredToken> byUser(TokenFields wanted) {
        var client = wanted.get(TokenField.CLIENT_ID);
        return lookUp(
                new Question.User(wanted.get(TokenField.USER_SIGNATURE).orElseThrow(), client),
                found -> found.stream().allMatch(row -> row.fields().agreesOn(TokenField.USER_SIGNATURE, wanted)),
                found -> isConclusive(found, wanted),
                () -> live.byUser(wanted));
    }

    /// Whether no other row can be the answer: the user's first row, or its first two, found by their names.
    private static boolean isConclusive(List<SecretRow> found, TokenFields wanted) {
        for (int rank = 0; rank < found.size(); rank++) {
            var row = found.get(rank);
            if (row.userRank().isEmpty() || row.userRank().getAsInt() != rank) {
                return false;
            }
        }
        return found.size() <= 2
                && (!wanted.has(TokenField.CLIENT_ID)
                        ? found.size() == 1
                        : found.getLast().fields().agreesOn(TokenField.CLIENT_ID, wanted));
    }

    @Override
    public List<StoredToken> byCredential(TokenField credential, SecretValue value) {
        return lookUp(
                new Question.Credential(credential, value),
                found -> found.stream()
                        .allMatch(row -> row.fields()
                                .get(credential)
                                .filter(value::equals)
                                .isPresent()),
                found -> true,
                () -> live.byCredential(credential, value));
    }

    /// @param matches whether the rows still are an answer
    /// @param isConclusive whether they stay the answer as long as they match
    private List<StoredToken> lookUp(
            Question question,
            Predicate<List<SecretRow>> matches,
            Predicate<List<SecretRow>> isConclusive,
            Supplier<List<StoredToken>> ask) {
        var answer = answers.get(question);
        if (answer != null && resource.isKnown() && isCurrent(answer)) {
            var found = current(answer.names());
            if (found.size() == answer.names().size()
                    && matches.test(found)
                    && (answer.until().isPresent() || isConclusive.test(found))) {
                return found.stream().map(SecretRow::token).toList();
            }
        }
        if (answer != null) {
            answers.remove(question, answer);
        }
        var writesBefore = ownWrites.get();
        var askedAt = nanoTime.getAsLong();
        var found = asked(ask, askedAt);
        if (ownWrites.get() == writesBefore) {
            remember(question, isConclusive, found, askedAt);
            if (ownWrites.get() != writesBefore) {
                answers.remove(question);
            }
        }
        return found;
    }

    private boolean isCurrent(Answer answer) {
        return answer.until().isEmpty() || nanoTime.getAsLong() - answer.until().getAsLong() < 0;
    }

    private List<StoredToken> asked(Supplier<List<StoredToken>> ask, long askedAt) {
        failIfOut(WAIT_WITHOUT_A_ROW);
        listener.read(ReadListener.Source.API_SERVER);
        try {
            var found = ask.get();
            answered();
            return found;
        } catch (StorageException e) {
            failed(e, askedAt);
            throw e;
        }
    }

    private void remember(
            Question question, Predicate<List<SecretRow>> isConclusive, List<StoredToken> found, long askedAt) {
        var known = new ArrayList<SecretRow>();
        found.forEach(token -> rows.get(token.name()).map(Entry::row).ifPresent(known::add));
        if (found.isEmpty() || found.size() > MAX_ROWS_OF_AN_ANSWER || known.size() < found.size()) {
            return;
        }
        if (answers.size() >= MAX_ANSWERS) {
            answers.clear();
        }
        var until = isConclusive.test(known)
                ? OptionalLong.empty()
                : OptionalLong.of(askedAt + Freshness.MAX_AGE.toNanos());
        answers.put(question, new Answer(known.stream().map(SecretRow::name).toList(), until));
    }

    /// Returns those of the rows that are alive, as fresh as they must be.
    private List<SecretRow> current(List<String> names) {
        var found = new ArrayList<SecretRow>();
        names.forEach(name -> current(name)
                .filter(entry -> entry.row().confirmed() && !living.isOver(now -> entry.facts()))
                .map(Entry::row)
                .ifPresent(found::add));
        return found;
    }

    private Optional<Entry> current(String name) {
        var arrival = nanoTime.getAsLong();
        var now = clock.instant();
        var cached = rows.get(name);
        var maxAge = cached.map(entry -> freshness.maxAge(entry.expiry(), now)).orElse(Duration.ZERO);
        if (cached.filter(entry -> arrival - entry.askedAt() <= maxAge.toNanos()
                        || maxAge.equals(Freshness.MAX_AGE) && watches.follow(name))
                .isPresent()) {
            listener.read(ReadListener.Source.CACHE);
            return cached;
        }
        var stale = cached.filter(entry -> freshness.mayServeStale(
                entry.expiry(), now, Duration.ofNanos(arrival - later(entry.askedAt(), resource.seenAt()))));
        if (stale.isPresent() && isOut(stale.get(), arrival)) {
            listener.read(ReadListener.Source.STALE);
            return stale;
        }
        if (stale.isEmpty()) {
            failIfOut(Duration.ZERO);
        }
        try {
            await(name, arrival - maxAge.toNanos(), stale.isPresent());
        } catch (StorageException e) {
            failed(e, arrival);
            if (stale.isEmpty() || e.reason() != Reason.API_SERVER_UNAVAILABLE) {
                throw e;
            }
            listener.read(ReadListener.Source.STALE);
            return stale;
        }
        listener.read(ReadListener.Source.API_SERVER);
        return rows.get(name);
    }

    private boolean isOut(Entry entry, long now) {
        var current = outage;
        return current != null
                && (now - current.since() >= WAIT_WITHOUT_A_ROW.toNanos() || now - entry.askedAt() <= RECENT.toNanos());
    }

    private static long later(long one, long other) {
        return one - other > 0 ? one : other;
    }

    /// Waits until the row is there as it was at `since` or later.
    ///
    /// @throws StorageException if it cannot be asked for; with reason `API_SERVER_UNAVAILABLE` if that takes too long
    private void await(String name, long since, boolean hasRow) {
        while (true) {
            // another caller's request may have ended since this one looked
            var flight = inFlight.computeIfAbsent(name, missing -> isFresh(missing, since) ? null : send(missing));
            if (flight == null) {
                return;
            }
            try {
                if (hasRow) {
                    flight.done().get(WAIT_WITH_A_ROW.toMillis(), TimeUnit.MILLISECONDS);
                } else {
                    flight.done().get();
                }
            } catch (TimeoutException e) {
                throw new StorageException(
                        Reason.API_SERVER_UNAVAILABLE,
                        "the API server did not answer within " + WAIT_WITH_A_ROW.toMillis() + " ms; try again");
            } catch (InterruptedException e) {
                throw SecretApi.cancelled(e);
            } catch (ExecutionException e) {
                throw e.getCause() instanceof StorageException failure
                        ? failure
                        : new IllegalStateException("a row could not be read", e.getCause());
            }
            if (flight.sentAt() - since >= 0) {
                return;
            }
        }
    }

    private boolean isFresh(String name, long since) {
        return rows.get(name).filter(entry -> entry.askedAt() - since >= 0).isPresent();
    }

    private Flight send(String name) {
        var flight = new Flight(nanoTime.getAsLong(), new CompletableFuture<>());
        Thread.ofVirtual().start(() -> {
            try {
                secrets.get(name);
                inFlight.remove(name, flight);
                answered();
                flight.done().complete(null);
            } catch (Throwable e) { // a flight that never ends would be waited for
                inFlight.remove(name, flight);
                flight.done().completeExceptionally(e);
            }
        });
        return flight;
    }

    /// The row of that name as it is remembered, however old, if it is alive.
    Optional<SecretRow> remembered(String name) {
        return rows.get(name)
                .filter(entry -> resource.isKnown())
                .filter(entry -> entry.row().confirmed() && !living.isOver(now -> entry.facts()))
                .map(Entry::row);
    }

    /// Waits until a row may be another one than `seen`, and no longer than `atMost`. All who wait for a row share its
    /// watch, or the requests for it.
    ///
    /// @throws StorageException if the row cannot be asked for
    void awaitChange(StoredToken seen, Duration atMost) throws InterruptedException {
        var name = seen.name();
        var timeout = Timeout.of(atMost, nanoTime);
        watches.demand(name);
        while (true) {
            var signal = signals.next(name);
            var entry = rows.get(name);
            if (entry.filter(current -> current.row().token().equals(seen)).isEmpty() || timeout.isOver()) {
                return;
            }
            var age = Duration.ofNanos(nanoTime.getAsLong() - entry.get().askedAt());
            var isAsked = !watches.follow(name);
            if (isAsked && age.compareTo(MAX_AGE_WHILE_AWAITED) >= 0) {
                failIfOut(Duration.ZERO);
                await(name, nanoTime.getAsLong() - MAX_AGE_WHILE_AWAITED.toNanos(), false);
                continue;
            }
            var pause = isAsked ? MAX_AGE_WHILE_AWAITED.minus(age) : MAX_AGE_WHILE_AWAITED;
            await(signal, pause.compareTo(timeout.left()) < 0 ? pause : timeout.left());
        }
    }

    private static void await(CompletableFuture<Void> signal, Duration atMost) throws InterruptedException {
        try {
            signal.get(atMost.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            // then the row is looked at again
        } catch (ExecutionException e) {
            throw new IllegalStateException("signals do not fail", e);
        }
    }

    /// @param after how long the outage must have lasted
    /// @throws StorageException with the reason of the outage
    private void failIfOut(Duration after) {
        var current = outage;
        if (current != null && nanoTime.getAsLong() - current.since() >= after.toNanos()) {
            throw new StorageException(
                    current.reason().reason(), String.valueOf(current.reason().getMessage()));
        }
    }

    private synchronized void answered() {
        answeredAt = nanoTime.getAsLong();
        if (outage != null) {
            outage = null;
            listener.reachable();
        }
    }

    /// Declares an outage, unless the request was sent before the last answer, or its caller gave it up.
    ///
    /// @param askedAt when the request was sent
    private synchronized void failed(StorageException failure, long askedAt) {
        switch (failure.reason()) {
            case API_SERVER_UNAVAILABLE -> {
                if (outage == null
                        && askedAt - answeredAt >= 0
                        && !Thread.currentThread().isInterrupted()) {
                    outage = new Outage(failure, nanoTime.getAsLong());
                    listener.unreachable(String.valueOf(failure.getMessage()));
                    refresher.hurry();
                }
            }
            case STORE_NOT_ACCESSIBLE, STORE_NOT_FOUND -> refused();
            default -> {}
        }
    }

    @Override
    public void refused() {
        answers.clear();
        watches.closeAll();
        rows.clear();
    }

    @Override
    public long now() {
        return nanoTime.getAsLong();
    }

    @Override
    public void read(String name, Optional<Secret> secret, long askedAt) {
        answered();
        rows.read(name, secret.flatMap(found -> entry(found, askedAt)), askedAt);
    }

    @Override
    public void wrote(Secret secret, long askedAt) {
        answered();
        var written = entry(secret, askedAt);
        if (written.isEmpty()) {
            forget(secret.getMetadata().getName());
            return;
        }
        rows.wrote(written.get());
        var row = written.get().row();
        forgetAnswers((question, answer) ->
                question.isAbout(row.fields()) && !answer.names().equals(List.of(row.name())));
    }

    @Override
    public void watched(String name, Secret secret, boolean isDeleted) {
        var metadata = secret.getMetadata();
        rows.watched(
                name,
                metadata.getUid(),
                Entry.version(metadata.getResourceVersion()),
                isDeleted ? Optional.empty() : entry(secret, nanoTime.getAsLong()));
    }

    @Override
    public void forget(String name) {
        rows.forget(name);
        forgetAnswers((question, answer) -> answer.names().contains(name));
    }

    /// Forgets answers after an own write; also those that another row could have changed.
    private void forgetAnswers(BiPredicate<Question, Answer> affected) {
        ownWrites.incrementAndGet();
        if (answers.isEmpty()) {
            return;
        }
        answers.entrySet()
                .removeIf(entry ->
                        entry.getValue().until().isPresent() || affected.test(entry.getKey(), entry.getValue()));
    }

    private Optional<Entry> entry(Secret secret, long askedAt) {
        return reader.read(secret) instanceof SecretReading.Readable readable
                ? Optional.of(new Entry(
                        readable.row(),
                        TokenFacts.read(secret.getMetadata(), clock.instant()),
                        askedAt,
                        nanoTime.getAsLong()))
                : Optional.empty();
    }

    @Override
    public void close() {
        refresher.close();
        watches.close();
    }
}
