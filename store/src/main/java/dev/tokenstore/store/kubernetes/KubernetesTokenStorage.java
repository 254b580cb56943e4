package dev.tokenstore.store.kubernetes;

import dev.tokenstore.api.RefreshClaim;
import dev.tokenstore.api.TokenFacts;
import dev.tokenstore.runtime.Backoff;
import dev.tokenstore.runtime.Timeout;
import dev.tokenstore.store.BulkInsert;
import dev.tokenstore.store.LastUse;
import dev.tokenstore.store.LivingTokens;
import dev.tokenstore.store.NewRow;
import dev.tokenstore.store.ReadListener;
import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StorageException.Reason;
import dev.tokenstore.store.StoreSettings;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.TokenLookup;
import dev.tokenstore.store.TokenStorage;
import dev.tokenstore.store.UseRecorder;
import dev.tokenstore.store.token.GeneratedIds;
import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import dev.tokenstore.store.token.TokenId;
import io.fabric8.kubernetes.api.model.PartialObjectMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;

/// One Secret per token, in the namespace of an `OAuthTokenStore`.
///
/// - Secrets are named by identity ([SecretNames]), so ids and users lead to theirs by a GET; where the name does not
/// decide, a label holding a hash does. Content is checked always.
/// - Every write is guarded by the Secret's uid and resourceVersion, and carries a nonce by which a write whose reply
/// was lost is recognised.
/// - A new row is pending until it is known to be the only one of its identity ([PendingRows]).
///
/// Its own lookups are live, for what saves and deletes decide on; [#cachedReads] is for reads.
public final class KubernetesTokenStorage implements TokenStorage, BulkInsert {
    private static final int USE_ATTEMPTS = 3;
    private static final int DELETION_PAGE_SIZE = 500;
    private static final int DELETION_RESTARTS = 5;

    private final KubernetesConnection connection;
    private final String namespace;
    private final SecretApi secrets;
    private final SecretReader reader;
    private final LivingTokens living;
    private final RandomGenerator random;
    private final SecretWriter writer;
    private final SecretNames names;
    private final GeneratedIds ids;
    private final SecretRows alive;

    /// Shows tokens whose time is over, too.
    private final SecretRows everything;

    private final PendingRows pendingRows;
    private final OverdueTwins overdue;
    private final BulkInsertion bulkInsertion;
    private final RowList rowList;
    private final WriteClock clock;
    private final LastUse lastUse;
    private final StoreResource resource;
    private volatile Optional<CachedReads> cachedReads = Optional.empty();

    /// @param unreadable called with the name of each Secret of the store that is not a token, whenever one is read
    KubernetesTokenStorage(
            KubernetesConnection connection,
            String namespace,
            String store,
            RandomGenerator random,
            Consumer<String> unreadable) {
        var identity = namespace + "/" + store;
        reader = new SecretReader(store);
        this.connection = connection;
        this.namespace = namespace;
        this.random = random;
        resource = new StoreResource(connection.client(), namespace, store, connection.clock());
        secrets = new SecretApi(connection.client(), namespace, store, random);
        writer = new SecretWriter(store, random);
        ids = new GeneratedIds("kubernetes/" + identity, random);
        names = new SecretNames(identity, store, ids);
        clock = new WriteClock(connection.clock());
        living = new LivingTokens(resource::settings, connection.clock());
        alive = new SecretRows(secrets, reader, secret -> unlessOver(living, reader, secret), unreadable);
        everything = new SecretRows(secrets, reader, reader::read, unreadable);
        lastUse = new LastUse(living, this::writeUse);
        pendingRows = new PendingRows(alive, writer, names, clock, random);
        overdue = new OverdueTwins(resource, living, alive, everything);
        rowList = new RowList(secrets, alive);
        bulkInsertion = new BulkInsertion(resource, pendingRows, alive, overdue, new SharedValues(secrets));
    }

    private static SecretReading unlessOver(LivingTokens living, SecretReader reader, Secret secret) {
        return living.isOver(now -> TokenFacts.read(secret.getMetadata(), now))
                ? new SecretReading.Hidden()
                : reader.read(secret);
    }

    /// Makes sure that the store is there and may be used, by asking for it and for one of its Secrets.
    ///
    /// @throws StorageException saying what is wrong
    public void check() {
        resource.check();
        secrets.metadata(1, 0).forEachPage(page -> false);
    }

    /// The settings of the store as last read from its `OAuthTokenStore`.
    public StoreSettings settings() {
        return resource.settings();
    }

    /// Lookups for reads, which remember rows: one that was asked for within the last second, or is watched, costs no
    /// request. What this
    /// storage writes they see at once, what others write within a second.
    ///
    /// @param serveStaleFor how long remembered rows whose access token is valid are returned while the API server
    ///     cannot be reached
    /// @param listener gets where reads found their rows
    /// @return closed with this storage
    public TokenLookup cachedReads(Duration serveStaleFor, ReadListener listener) {
        return cachedReads(serveStaleFor, listener, System::nanoTime);
    }

    /// @param nanoTime a monotonic timer, in nanoseconds
    synchronized TokenLookup cachedReads(Duration serveStaleFor, ReadListener listener, LongSupplier nanoTime) {
        var reads = new CachedReads(
                this,
                secrets,
                reader,
                living,
                resource,
                connection.clock(),
                new Freshness(serveStaleFor),
                listener,
                random,
                nanoTime,
                namespace,
                connection::openAnother);
        secrets.observe(reads);
        reads.start();
        cachedReads = Optional.of(reads);
        return reads;
    }

    /// Records last use on the tokens' Secrets.
    public UseRecorder uses() {
        return lastUse;
    }

    @Override
    public GeneratedIds ids() {
        return ids;
    }

    @Override
    public Optional<StoredToken> byId(TokenId id) {
        return byId(id, alive);
    }

    /// By id; without one, the user's first row: as long as its Secret is unchanged, no other row has had the user
    /// longer.
    @Override
    public Optional<StoredToken> remembered(TokenFields given) {
        var reads = cachedReads;
        if (reads.isEmpty()) {
            return Optional.empty();
        }
        if (given.id().isPresent()) {
            return names.ofId(given.id().get())
                    .flatMap(reads.get()::remembered)
                    .map(SecretRow::token)
                    .filter(row -> row.id().equals(given.id().get()));
        }
        return given.get(TokenField.USER_SIGNATURE)
                .map(names::ofUser)
                .flatMap(reads.get()::remembered)
                .filter(row -> row.userRank().isPresent() && row.userRank().getAsInt() == 0)
                .filter(row -> !given.has(TokenField.CLIENT_ID) || row.fields().agreesOn(TokenField.CLIENT_ID, given))
                .map(SecretRow::token);
    }

    @Override
    public Optional<StoredToken> byIdEvenIfOver(TokenId id) {
        return byId(id, everything);
    }

    private Optional<StoredToken> byId(TokenId id, SecretRows among) {
        resource.require();
        var named = names.ofId(id).flatMap(among::byName);
        if (named.isPresent()) {
            var reading = named.get();
            if (reading instanceof SecretReading.Unreadable unreadable) {
                throw unreadable(unreadable);
            }
            if (reading instanceof SecretReading.Readable readable
                    && readable.row().token().id().equals(id)) {
                return readable.row().confirmed() ? Optional.of(readable.row().token()) : Optional.empty();
            }
        }
        var found = among.with(TokenField.ID, new SecretValue(id.reveal()));
        var row = SecretRow.confirmedAmong(found).stream()
                .min(Comparator.comparing(StoredToken::createTime).thenComparing(StoredToken::name));
        if (row.isEmpty()) {
            found.stream()
                    .filter(SecretReading.Unreadable.class::isInstance)
                    .findFirst()
                    .ifPresent(reading -> {
                        throw unreadable((SecretReading.Unreadable) reading);
                    });
        }
        return row;
    }

    @Override
    public List<StoredToken> byUser(TokenFields wanted) {
        resource.require();
        var user = wanted.get(TokenField.USER_SIGNATURE).orElseThrow();
        var client = wanted.get(TokenField.CLIENT_ID);
        var first = byName(names.ofUser(user), wanted, 0);
        if (first.isPresent() && (client.isEmpty() || first.get().fields().agreesOn(TokenField.CLIENT_ID, wanted))) {
            return List.of(first.get());
        }
        if (first.isPresent()) {
            var second = byName(names.ofUserAndClient(user, client.orElseThrow()), wanted, 1);
            if (second.isPresent() && second.get().fields().agreesOn(TokenField.CLIENT_ID, wanted)) {
                return List.of(first.get(), second.get());
            }
        }
        return SecretRow.confirmedAmong(alive.with(TokenField.USER_SIGNATURE, user));
    }

    /// The row of that name, if it has had the wanted user since it was created, when `rank` other rows had that
    /// user. The row of rank 0 has had its user the longest; only that one has had it longer than the row of rank
    /// 1.
    private Optional<StoredToken> byName(String name, TokenFields wanted, int rank) {
        return alive.rowByName(name)
                .filter(SecretRow::confirmed)
                .filter(row -> row.fields().agreesOn(TokenField.USER_SIGNATURE, wanted))
                .filter(row -> row.userRank().isPresent() && row.userRank().getAsInt() == rank)
                .map(SecretRow::token);
    }

    @Override
    public List<StoredToken> byCredential(TokenField credential, SecretValue value) {
        resource.require();
        return SecretRow.confirmedAmong(alive.with(credential, value));
    }

    @Override
    public Insertion insert(NewRow row) {
        resource.require();
        if (!overdue.deleteFor(row)) {
            resource.requireRoom();
        }
        return switch (pendingRows.create(row)) {
            case PendingRows.Creation.Pending pending -> {
                var insertion = pendingRows.settle(pending.row(), row);
                if (insertion instanceof Insertion.Inserted) {
                    resource.tokenMade();
                }
                yield insertion;
            }
            case PendingRows.Creation.Blocked blocked -> {
                pendingRows.awaitSettled(blocked.by());
                yield new Insertion.TwinFound();
            }
        };
    }

    @Override
    public List<Outcome> insertAll(List<NewRow> rows) {
        return bulkInsertion.insert(rows);
    }

    @Override
    public Replacement replace(StoredToken current, TokenFields next) {
        var now = clock.next();
        return switch (alive.patch(writer.replacement(current, next, userSince(current, next, now), now))) {
            case SecretRows.Written.Done done ->
                new Replacement.Replaced(done.row().token());
            case SecretRows.Written.Refused refused -> new Replacement.RowChanged();
        };
    }

    /// When the row's user changes, it is the last to have that user, however the pods' clocks differ.
    private Instant userSince(StoredToken row, TokenFields next, Instant now) {
        var user = next.get(TokenField.USER_SIGNATURE);
        if (user.equals(row.fields().get(TokenField.USER_SIGNATURE)) || user.isEmpty()) {
            return row.userSince();
        }
        return WriteClock.after(alive.rowsWith(TokenField.USER_SIGNATURE, user.get()), now);
    }

    /// A write that is refused is tried again, unless the row was saved meanwhile or another sidecar recorded a use.
    private void writeUse(StoredToken row, Instant due) {
        var current = Optional.of(row);
        for (int attempt = 0; attempt < USE_ATTEMPTS && current.isPresent(); attempt++) {
            current = switch (everything.patch(writer.use(current.get(), clock.now()))) {
                case SecretRows.Written.Done done -> Optional.empty();
                case SecretRows.Written.Refused refused ->
                    refused.current()
                            .filter(found ->
                                    found.uid().equals(SecretVersion.of(row).uid()))
                            .map(SecretRow::token)
                            .filter(found -> found.lastActive().isBefore(due));
            };
        }
    }

    /// A claim has a nonce of its own, by which one is recognised whose reply was lost.
    @Override
    public Replacement claim(StoredToken current, Optional<RefreshClaim> claim) {
        return switch (alive.patch(writer.claim(current, claim))) {
            case SecretRows.Written.Done done ->
                new Replacement.Replaced(done.row().token());
            case SecretRows.Written.Refused refused ->
                refused.current()
                        .map(SecretRow::token)
                        .filter(row -> claim.isPresent() && row.claim().equals(claim))
                        .<Replacement>map(Replacement.Replaced::new)
                        .orElseGet(Replacement.RowChanged::new);
        };
    }

    /// Without cached reads, which hear of changes, the row is asked for twice a second.
    @Override
    public void awaitChange(StoredToken seen, Duration atMost) throws InterruptedException {
        var reads = cachedReads;
        if (reads.isPresent()) {
            reads.get().awaitChange(seen, atMost);
            return;
        }
        var timeout = Timeout.of(atMost);
        var backoff = Backoff.exponential(CachedReads.MAX_AGE_WHILE_AWAITED, CachedReads.MAX_AGE_WHILE_AWAITED);
        while (alive.rowByName(seen.name())
                        .map(SecretRow::token)
                        .filter(seen::equals)
                        .isPresent()
                && backoff.sleep(timeout)) {}
    }

    @Override
    public boolean delete(StoredToken row) {
        return secrets.delete(row.name(), SecretVersion.of(row).uid(), Optional.empty());
    }

    @Override
    public boolean deleteUnchanged(StoredToken row) {
        var version = SecretVersion.of(row);
        return secrets.delete(row.name(), version.uid(), Optional.of(version.resourceVersion()));
    }

    /// Deletes the Secrets one by one, each with a precondition on its uid, without reading what they hold. (A
    /// `deletecollection` would answer with all the bodies, and would need a right that clients do not have.)
    @Override
    public long deleteAll() {
        resource.check();
        var deleted = new AtomicLong();
        try {
            secrets.metadata(DELETION_PAGE_SIZE, DELETION_RESTARTS).forEachPage(page -> {
                secrets.concurrently(page, this::delete).stream()
                        .filter(done -> done)
                        .forEach(done -> deleted.incrementAndGet());
                return true;
            });
        } catch (KubernetesClientException e) {
            throw new StorageException(
                    Reason.API_SERVER_UNAVAILABLE,
                    "the API server is too slow to delete all tokens; delete them again");
        }
        return deleted.get();
    }

    private boolean delete(PartialObjectMetadata secret) {
        return secrets.delete(
                secret.getMetadata().getName(), secret.getMetadata().getUid(), Optional.empty());
    }

    @Override
    public Chunk list(int limit, String after) {
        resource.require();
        return rowList.chunk(limit, after);
    }

    @Override
    public synchronized void close() {
        cachedReads.ifPresent(CachedReads::close);
        lastUse.close();
        bulkInsertion.close();
        secrets.close();
    }

    private static StorageException unreadable(SecretReading.Unreadable secret) {
        return new StorageException(
                Reason.TOKEN_UNREADABLE,
                "Secret " + secret.name() + " was edited into something that is not a token: " + secret.problem()
                        + "; repair or delete that Secret");
    }
}
