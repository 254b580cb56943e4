package dev.tokenstore.store.kubernetes;

import dev.tokenstore.api.TokenFacts;
import dev.tokenstore.store.BulkInsert;
import dev.tokenstore.store.LastUse;
import dev.tokenstore.store.LivingTokens;
import dev.tokenstore.store.NewRow;
import dev.tokenstore.store.StorageException;
import dev.tokenstore.store.StorageException.Reason;
import dev.tokenstore.store.StoreSettings;
import dev.tokenstore.store.StoredToken;
import dev.tokenstore.store.TokenStorage;
import dev.tokenstore.store.UseRecorder;
import dev.tokenstore.store.token.GeneratedIds;
import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import dev.tokenstore.store.token.TokenId;
import io.fabric8.kubernetes.api.model.Secret;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;

/// One Secret per token, in the namespace of an `OAuthTokenStore`.
///
/// - Secrets are named by identity ([Places]), so ids and users lead to theirs by a GET; where the name does not
/// decide, a label holding a hash does. Content is checked always.
/// - Every write is guarded by the Secret's uid and resourceVersion, and carries a mark by which a write whose reply
/// was lost is recognised.
/// - A new row is pending until it is sure to be the only one ([PendingRows]).
///
/// Reads are live: nothing is remembered between calls.
public final class KubernetesTokenStorage implements TokenStorage, BulkInsert {
    private final SecretApi secrets;
    private final SecretWriter writer;
    private final Places places;
    private final GeneratedIds ids;
    private final PendingRows pendingRows;
    private final Placement placement;
    private final LivingTokens living;
    private final SecretLookup lookup;

    /// Sees tokens whose time is over, too.
    private final SecretLookup everything;

    private final Stamps stamps;
    private final LastUse lastUse;
    private final RowList rowList;
    private final Marks marks;
    private final StoreResource resource;
    private final BulkInsertion bulkInsertion;
    private final Fanout fanout = new Fanout();

    /// @param unreadable told the name of each Secret of the store that is no token, whenever one is met
    KubernetesTokenStorage(
            KubernetesConnection connection,
            String namespace,
            String store,
            RandomGenerator random,
            Consumer<String> unreadable) {
        var identity = namespace + "/" + store;
        resource = new StoreResource(connection.client(), namespace, store, connection.clock());
        secrets = new SecretApi(connection.client(), namespace, identity, random);
        writer = new SecretWriter(store);
        var reader = new SecretReader(store);
        ids = new GeneratedIds("kubernetes/" + identity, random);
        places = new Places(identity, store, ids);
        stamps = new Stamps(connection.clock());
        marks = new Marks(random);
        living = new LivingTokens(resource::settings, connection.clock());
        lookup = new SecretLookup(secrets, writer, reader, secret -> alive(reader, secret), fanout, unreadable);
        everything = new SecretLookup(secrets, writer, reader, reader::read, fanout, unreadable);
        rowList = new RowList(secrets, writer, lookup);
        lastUse = new LastUse(living, new SecretUse(secrets, writer, reader, connection.clock()));
        pendingRows = new PendingRows(secrets, writer, lookup, stamps, marks, connection.clock(), random);
        placement = new Placement(places, pendingRows);
        bulkInsertion = new BulkInsertion(
                resource,
                living,
                placement,
                pendingRows,
                secrets,
                lookup,
                everything,
                new MetadataLook(secrets, writer),
                fanout);
    }

    /// What a Secret is to who reads or writes tokens.
    private SecretReading alive(SecretReader reader, Secret secret) {
        return living.isOver(now -> TokenFacts.read(secret.getMetadata(), now))
                ? new SecretReading.Foreign()
                : reader.read(secret);
    }

    /// Makes sure that the store is there and may be used, by asking for it and for one of its Secrets.
    ///
    /// @throws StorageException saying what is wrong
    public void check() {
        resource.check();
        secrets.listMetadata(writer.storeLabels(), 1, "");
    }

    @Override
    public GeneratedIds ids() {
        return ids;
    }

    @Override
    public Optional<StoredToken> byId(TokenId id) {
        return byId(id, lookup);
    }

    @Override
    public Optional<StoredToken> byIdEvenIfOver(TokenId id) {
        return byId(id, everything);
    }

    private Optional<StoredToken> byId(TokenId id, SecretLookup among) {
        resource.require();
        var atItsPlace = ids.placeOf(id).flatMap(place -> among.byName(places.name(place)));
        if (atItsPlace.isPresent()) {
            var reading = atItsPlace.get();
            if (reading instanceof SecretReading.Unreadable unreadable) {
                throw unreadable(unreadable);
            }
            if (reading instanceof SecretReading.Readable readable
                    && readable.row().token().id().equals(id)) {
                return confirmed(readable.row());
            }
        }
        var found = among.read(TokenField.ID, new SecretValue(id.reveal()));
        var row = found.rows().stream()
                .filter(SecretRow::confirmed)
                .min(Comparator.comparing(SecretRow::createTime).thenComparing(SecretRow::name));
        if (row.isEmpty() && !found.unreadable().isEmpty()) {
            throw unreadable(found.unreadable().getFirst());
        }
        return row.map(SecretRow::token);
    }

    @Override
    public List<StoredToken> byUser(TokenFields wanted) {
        resource.require();
        var user = wanted.get(TokenField.USER_SIGNATURE).orElseThrow();
        var first = atPlace(places.ofUser(user), wanted, 0);
        if (first.isPresent()
                && (!wanted.has(TokenField.CLIENT_ID) || first.get().fields().agreesOn(TokenField.CLIENT_ID, wanted))) {
            return List.of(first.get().token());
        }
        if (first.isPresent()) {
            var client = wanted.get(TokenField.CLIENT_ID).orElseThrow();
            var second = atPlace(places.ofUserAndClient(user, client), wanted, 1);
            if (second.isPresent() && second.get().fields().agreesOn(TokenField.CLIENT_ID, wanted)) {
                return List.of(first.get().token(), second.get().token());
            }
        }
        return confirmed(lookup.read(TokenField.USER_SIGNATURE, user).rows());
    }

    /// The row at a place, if it has the wanted user since it was created, when `rank` other rows had that user. The
    /// row of rank 0 has had its user the longest; only that one has had it longer than the row of rank 1.
    private Optional<SecretRow> atPlace(String place, TokenFields wanted, int rank) {
        return lookup.byName(places.name(place))
                .flatMap(reading -> reading instanceof SecretReading.Readable readable
                        ? Optional.of(readable.row())
                        : Optional.empty())
                .filter(SecretRow::confirmed)
                .filter(row -> row.fields().agreesOn(TokenField.USER_SIGNATURE, wanted))
                .filter(row -> row.userRank().isPresent() && row.userRank().getAsInt() == rank);
    }

    @Override
    public List<StoredToken> byCredential(TokenField credential, SecretValue value) {
        resource.require();
        return confirmed(lookup.read(credential, value).rows());
    }

    @Override
    public Insertion insert(NewRow row) {
        resource.require();
        makeRoom(row);
        return switch (placement.create(row)) {
            case Placement.Placed.Pending pending -> told(pendingRows.settle(pending.row(), row));
            case Placement.Placed.Blocked blocked -> {
                pendingRows.awaitSettled(blocked.by());
                yield new Insertion.TwinFound();
            }
        };
    }

    @Override
    public List<Outcome> insertAll(List<NewRow> rows) {
        return bulkInsertion.insert(rows);
    }

    private Insertion told(Insertion insertion) {
        if (insertion instanceof Insertion.Inserted) {
            resource.tokenMade();
        }
        return insertion;
    }

    /// A token of the same identity whose time is over makes room for the new one: were it to live again, by a change
    /// of the policy, there would be two.
    private void makeRoom(NewRow row) {
        var over = twinsThatAreOver(row);
        if (over.isEmpty()) {
            resource.requireRoom();
        }
        over.forEach(twin -> secrets.delete(
                twin.name(), twin.uid(), Optional.of(twin.version().resourceVersion())));
    }

    private List<SecretRow> twinsThatAreOver(NewRow row) {
        if (!living.mayEnd()) {
            return List.of();
        }
        // what cannot be undone is not decided by a policy of some moments ago
        resource.check();
        // in this order: a row that is made meanwhile is only in the second answer
        var stored = everything.sharing(row.fields());
        var alive = lookup.sharing(row.fields()).stream().map(SecretRow::name).toList();
        return stored.stream()
                .filter(twin -> twin.confirmed() && !alive.contains(twin.name()))
                .filter(twin -> row.isTwinOf(twin.token()))
                .toList();
    }

    @Override
    public Replacement replace(StoredToken current, TokenFields next) {
        var mark = marks.next();
        var now = stamps.next();
        var patch = writer.replacement(current, next, userSince(current, next, now), mark, now);
        return switch (secrets.patch(patch)) {
            case SecretApi.Attempt.Done done -> replaced(done.stored());
            case SecretApi.Attempt.Refused refused ->
                lookup.rowByName(current.name())
                        .filter(found -> found.version().nonces().contains(mark))
                        .map(SecretRow::token)
                        .<Replacement>map(Replacement.Replaced::new)
                        .orElseGet(Replacement.RowChanged::new);
        };
    }

    private Replacement replaced(Secret stored) {
        return new Replacement.Replaced(lookup.rowOf(stored).token());
    }

    /// When the row's user changes, it is the last to have that user, however the pods' clocks differ.
    private Instant userSince(StoredToken row, TokenFields next, Instant now) {
        var user = next.get(TokenField.USER_SIGNATURE);
        if (user.equals(row.fields().get(TokenField.USER_SIGNATURE)) || user.isEmpty()) {
            return row.userSince();
        }
        return Stamps.after(lookup.read(TokenField.USER_SIGNATURE, user.get()).rows(), now);
    }

    /// Records last use on the tokens' Secrets.
    public UseRecorder uses() {
        return lastUse;
    }

    /// The settings of the store as last seen in its `OAuthTokenStore`.
    public StoreSettings settings() {
        return resource.settings();
    }

    @Override
    public void delete(StoredToken row) {
        secrets.delete(row.name(), SecretVersion.of(row).uid(), Optional.empty());
    }

    @Override
    public long deleteAll() {
        resource.check();
        return new MassDeletion(secrets, fanout, writer.storeLabels()).run();
    }

    @Override
    public Chunk list(int limit, String after) {
        resource.require();
        return rowList.chunk(limit, after);
    }

    @Override
    public void close() {
        lastUse.close();
        fanout.close();
    }

    private static Optional<StoredToken> confirmed(SecretRow row) {
        return row.confirmed() ? Optional.of(row.token()) : Optional.empty();
    }

    private static List<StoredToken> confirmed(List<SecretRow> rows) {
        return rows.stream().filter(SecretRow::confirmed).map(SecretRow::token).toList();
    }

    private static StorageException unreadable(SecretReading.Unreadable secret) {
        return new StorageException(
                Reason.TOKEN_UNREADABLE,
                "Secret " + secret.name() + " was edited into something that is not a token: " + secret.problem()
                        + "; repair or delete that Secret");
    }
}
