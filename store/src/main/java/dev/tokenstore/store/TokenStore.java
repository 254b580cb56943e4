package dev.tokenstore.store;

import static dev.tokenstore.store.token.TokenField.USER_SIGNATURE;

import dev.tokenstore.runtime.Backoff;
import dev.tokenstore.runtime.Timeout;
import dev.tokenstore.store.TokenStorage.Insertion;
import dev.tokenstore.store.TokenStorage.Replacement;
import dev.tokenstore.store.token.InvalidTokenException;
import dev.tokenstore.store.token.TokenFields;
import dev.tokenstore.store.token.TokenId;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// The six operations on one store: the rules of matching, merging and identity. Reads ask a [TokenLookup], which may
/// be a cache; saves and deletes decide on the live [TokenStorage].
///
/// Thread-safe. A miss is a value; what the caller did wrong is an [InvalidTokenException]; what the storage could
/// not do is a [StorageException].
public final class TokenStore implements AutoCloseable {
    /// How many tokens a page has when the caller does not say.
    static final int DEFAULT_PAGE_SIZE = 100;

    /// The most tokens a page has, whatever the caller says.
    public static final int MAX_PAGE_SIZE = 1000;

    /// A page ends when its values reach this many bytes of UTF-8, well below the 4 MiB that gRPC clients accept
    /// unasked.
    static final int MAX_PAGE_BYTES = 2 * 1024 * 1024;

    private static final int MIN_CHUNK = 25;
    private static final int MAX_CHUNK = 100;

    /// A page ends, if need be empty, after so many chunks: most rows may be ones that are not shown.
    private static final int MAX_CHUNKS = 20;

    private static final Duration SAVE_TIMEOUT = Duration.ofSeconds(10);

    private final TokenLookup reads;
    private final TokenStorage storage;
    private final UseRecorder uses;
    private final RandomGenerator random;
    private final Duration saveTimeout;

    /// @param reads where reads look rows up
    /// @param storage where saves and deletes decide and write; closed with this store
    /// @param uses gets every token that a read returns
    /// @param random for the jitter between attempts
    public TokenStore(TokenLookup reads, TokenStorage storage, UseRecorder uses, RandomGenerator random) {
        this(reads, storage, uses, random, SAVE_TIMEOUT);
    }

    /// @param saveTimeout how long a save is repeated while others change the row
    TokenStore(
            TokenLookup reads, TokenStorage storage, UseRecorder uses, RandomGenerator random, Duration saveTimeout) {
        this.reads = reads;
        this.storage = storage;
        this.uses = uses;
        this.random = random;
        this.saveTimeout = saveTimeout;
    }

    /// Returns the row that `wanted` describes, or empty when there is none (rules R1 to R4).
    public Optional<StoredToken> find(TokenFields wanted) {
        return recorded(TokenRules.find(wanted, reads));
    }

    /// Returns the row with that id, or empty when there is none (rule R4).
    public Optional<StoredToken> findById(TokenId id) {
        return recorded(reads.byId(id));
    }

    private Optional<StoredToken> recorded(Optional<StoredToken> found) {
        found.ifPresent(uses::recordUse);
        return found;
    }

    /// Stores what is given: into the row it belongs to, or as a new one (rules R5 to R12).
    ///
    /// @throws InvalidTokenException if a new row would hold no credential
    public SaveResult save(TokenFields given) {
        return save(given, SaveCondition.NONE);
    }

    /// Stores tokens that have no row yet, many at once: what a save of each would do, but none of them ever
    /// updates a row (rules R5 to R10).
    ///
    /// @param given no two of them tokens that a save would put into one row
    /// @return the outcomes, in the order of the tokens
    /// @throws InvalidTokenException if one holds no credential; then none is stored
    public List<NewTokenResult> saveNew(List<TokenFields> given) {
        given.forEach(TokenStore::requireCredential);
        var results = new ArrayList<NewTokenResult>(Collections.nCopies(given.size(), new NewTokenResult.RowExists()));
        var positions = new ArrayList<Integer>();
        for (int i = 0; i < given.size(); i++) {
            var generatedId = given.get(i).id().filter(id -> storage.ids().isGenerated(id));
            if (generatedId.isEmpty()) {
                positions.add(i);
            } else {
                results.set(i, resultForGeneratedId(generatedId.get()));
            }
        }
        var outcomes =
                insertAll(positions.stream().map(given::get).map(NewRow::of).toList());
        for (int i = 0; i < positions.size(); i++) {
            results.set(positions.get(i), resultOf(outcomes.get(i)));
        }
        return List.copyOf(results);
    }

    /// The result for a token whose id only a token of this store can have had.
    private NewTokenResult resultForGeneratedId(TokenId id) {
        try {
            return storage.byId(id).isPresent() ? new NewTokenResult.RowExists() : new NewTokenResult.TokenDeleted();
        } catch (StorageException e) {
            return new NewTokenResult.Failed(e);
        }
    }

    private List<BulkInsert.Outcome> insertAll(List<NewRow> rows) {
        return storage instanceof BulkInsert bulk
                ? bulk.insertAll(rows)
                : rows.stream().map(this::outcomeOf).toList();
    }

    private BulkInsert.Outcome outcomeOf(NewRow row) {
        try {
            return new BulkInsert.Outcome.Tried(storage.insert(row));
        } catch (StorageException e) {
            return new BulkInsert.Outcome.Failed(e);
        }
    }

    private static NewTokenResult resultOf(BulkInsert.Outcome outcome) {
        return switch (outcome) {
            case BulkInsert.Outcome.Failed failed -> new NewTokenResult.Failed(failed.why());
            case BulkInsert.Outcome.Tried tried ->
                switch (tried.insertion()) {
                    case Insertion.Inserted inserted -> new NewTokenResult.Stored(inserted.row());
                    case Insertion.TwinFound twin -> new NewTokenResult.RowExists();
                };
        };
    }

    /// Stores what is given, as [#save(TokenFields)] does, if its row is still at the version that was expected.
    public SaveResult saveIfVersion(TokenFields given, String expectedVersion) {
        return save(given, SaveCondition.ofVersion(expectedVersion));
    }

    /// Stores what is given, as [#save(TokenFields)] does, on a condition about its row.
    public SaveResult save(TokenFields given, SaveCondition condition) {
        return saveIntoRemembered(given, condition).orElseGet(() -> saveLive(given, condition));
    }

    /// Saves into a row as it is remembered, without looking at it first: that it was replaced shows that it was still
    /// so.
    /// Every other outcome is decided on what is stored now.
    private Optional<SaveResult> saveIntoRemembered(TokenFields given, SaveCondition condition) {
        return storage.remembered(given)
                .filter(row -> condition.expectedVersion().isEmpty()
                        || condition.expectedVersion().get().equals(row.version()))
                .filter(row ->
                        condition.claim().isEmpty() || !condition.claim().get().isOvertaken(row, given))
                .filter(row -> !given.has(USER_SIGNATURE) || given.agreesOn(USER_SIGNATURE, row.fields()))
                .flatMap(row -> update(row, given));
    }

    private SaveResult saveLive(TokenFields given, SaveCondition condition) {
        var timeout = Timeout.of(saveTimeout);
        var backoff = Backoff.forContention(random);
        do {
            var result = trySave(given, condition);
            if (result.isPresent()) {
                return result.get();
            }
        } while (backoff.sleep(timeout));
        throw contended("saved", "save");
    }

    private static StorageException contended(String done, String act) {
        return new StorageException(
                StorageException.Reason.TOO_MUCH_CONTENTION,
                "the token was not " + done + " because others kept changing it; " + act + " it again");
    }

    /// Decides on what is stored now and writes; empty when that changed before it was written.
    private Optional<SaveResult> trySave(TokenFields given, SaveCondition condition) {
        var id = given.id();
        var withItsId = id.flatMap(storage::byId);
        if (withItsId.isEmpty() && id.filter(storage.ids()::isGenerated).isPresent()) {
            return Optional.of(new SaveResult.TokenDeleted());
        }
        var row = withItsId.or(() -> TokenRules.toUpdateByUserOrCredential(given, storage));
        if (row.isEmpty()) {
            requireCredential(given);
        }
        var version = row.map(StoredToken::version);
        if (condition.expectedVersion().isPresent()
                && !condition.expectedVersion().equals(version)) {
            return Optional.of(new SaveResult.VersionConflict(version));
        }
        if (row.isPresent()
                && condition
                        .claim()
                        .filter(claim -> claim.isOvertaken(row.get(), given))
                        .isPresent()) {
            return Optional.of(new SaveResult.Saved(row.get()));
        }
        return row.isPresent() ? update(row.get(), given) : insert(given);
    }

    private static void requireCredential(TokenFields given) {
        if (!given.hasCredential()) {
            throw new InvalidTokenException(
                    "a new token needs a refresh_token, a grant_token or an access_token; give one,"
                            + " or the id or user_signature of a token that is stored");
        }
    }

    private Optional<SaveResult> update(StoredToken row, TokenFields given) {
        return switch (storage.replace(row, row.fields().mergedWith(given))) {
            case Replacement.Replaced replaced -> Optional.of(new SaveResult.Saved(replaced.row()));
            case Replacement.RowChanged changed -> Optional.empty();
        };
    }

    private Optional<SaveResult> insert(TokenFields given) {
        return switch (storage.insert(NewRow.of(given))) {
            case Insertion.Inserted inserted -> Optional.of(new SaveResult.Saved(inserted.row()));
            case Insertion.TwinFound twin -> Optional.empty();
        };
    }

    /// Deletes the row with that id; an unknown id succeeds (rule R13).
    ///
    /// @return whether a row was deleted
    public boolean delete(TokenId id) {
        return storage.byIdEvenIfOver(id).filter(storage::delete).isPresent();
    }

    /// Deletes the row with that id if it is still at the version that was expected (rule R13a).
    ///
    /// @return whether a row was deleted
    public boolean deleteIfVersion(TokenId id, String expectedVersion) {
        var timeout = Timeout.of(saveTimeout);
        var backoff = Backoff.forContention(random);
        do {
            var row = storage.byIdEvenIfOver(id).filter(found -> found.version().equals(expectedVersion));
            if (row.isEmpty()) {
                return false;
            }
            if (storage.deleteUnchanged(row.get())) {
                return true;
            }
        } while (backoff.sleep(timeout));
        throw contended("deleted", "delete");
    }

    /// Deletes every row (rule R13).
    ///
    /// @return the number of rows deleted; too small if the call had to be repeated
    public long deleteAll() {
        return storage.deleteAll();
    }

    /// Lists the store in pages bounded in number and bytes (rule R14).
    ///
    /// @param pageSize the most tokens to return; 0 for [#DEFAULT_PAGE_SIZE]; more than [#MAX_PAGE_SIZE] counts as
    /// that
    /// @param pageToken the `next` of the page before, or `""` for the first
    /// @throws InvalidTokenException if `pageSize` is negative
    public Page list(int pageSize, String pageToken) {
        if (pageSize < 0) {
            throw new InvalidTokenException(
                    "page_size is negative: give 1 to " + MAX_PAGE_SIZE + ", or 0 for the default");
        }
        var wanted = pageSize == 0 ? DEFAULT_PAGE_SIZE : Math.min(pageSize, MAX_PAGE_SIZE);
        var tokens = new ArrayList<StoredToken>();
        var bytes = 0;
        var cursor = pageToken;
        for (int chunks = 0; chunks < MAX_CHUNKS; chunks++) {
            var chunk = storage.list(Math.clamp(wanted - tokens.size(), MIN_CHUNK, MAX_CHUNK), cursor);
            for (var listed : chunk.rows()) {
                var size = sizeOf(listed.row().fields());
                if (tokens.size() == wanted || (!tokens.isEmpty() && bytes + size > MAX_PAGE_BYTES)) {
                    return new Page(tokens, Optional.of(cursor));
                }
                tokens.add(listed.row());
                bytes += size;
                cursor = listed.cursor();
            }
            if (chunk.next().isEmpty()) {
                return new Page(tokens, Optional.empty());
            }
            cursor = chunk.next().get();
        }
        return new Page(tokens, Optional.of(cursor));
    }

    private static int sizeOf(TokenFields fields) {
        var bytes = new int[1];
        fields.forEachPresent((field, value) -> bytes[0] += value.reveal().getBytes(StandardCharsets.UTF_8).length);
        return bytes[0];
    }

    @Override
    public void close() {
        storage.close();
    }

    /// A part of a list; `next` asks for what follows, empty at the end.
    public record Page(List<StoredToken> tokens, Optional<String> next) {
        public Page {
            tokens = List.copyOf(tokens);
        }
    }
}
