package dev.tokenstore.store;

import static dev.tokenstore.store.token.TokenField.ID;

import dev.tokenstore.store.TokenStorage.Insertion;
import dev.tokenstore.store.TokenStorage.Replacement;
import dev.tokenstore.store.token.InvalidTokenException;
import dev.tokenstore.store.token.SecretValue;
import dev.tokenstore.store.token.TokenFields;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// The six operations on one store: the rules of matching, merging and identity, over any [TokenStorage].
///
/// Thread-safe. A miss is a value; what the caller did wrong is an [InvalidTokenException]; what the storage could
/// not do is a [StorageException].
public final class TokenStore implements AutoCloseable {
    /// How many tokens a page has when the caller does not say.
    public static final int DEFAULT_PAGE_SIZE = 100;

    /// The most tokens a page has, whatever the caller says.
    public static final int MAX_PAGE_SIZE = 1000;

    /// A page ends when its values reach this many bytes of UTF-8, well below the 4 MiB that gRPC clients accept
    /// unasked.
    public static final int MAX_PAGE_BYTES = 2 * 1024 * 1024;

    private static final int MIN_CHUNK = 25;
    private static final int MAX_CHUNK = 100;

    /// A page ends, if need be empty, after so many chunks: most rows may be ones that are not shown.
    private static final int MAX_CHUNKS = 20;

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final TokenStorage storage;
    private final InstantSource clock;
    private final RandomGenerator random;

    /// @param storage closed with this store
    /// @param clock for time limits
    /// @param random for the jitter between attempts
    public TokenStore(TokenStorage storage, InstantSource clock, RandomGenerator random) {
        this.storage = storage;
        this.clock = clock;
        this.random = random;
    }

    /// Returns the row that `wanted` describes, or empty when there is none (rules R1 to R4).
    public Optional<StoredToken> find(TokenFields wanted) {
        return used(TokenRules.find(wanted, storage));
    }

    /// Returns the row with the id of `wanted`, or empty when there is none (rule R4).
    ///
    /// @throws InvalidTokenException if `wanted` has no id
    public Optional<StoredToken> findById(TokenFields wanted) {
        return used(storage.byId(idOf(wanted)));
    }

    private Optional<StoredToken> used(Optional<StoredToken> found) {
        found.ifPresent(storage::used);
        return found;
    }

    /// Stores what is given: into the row it belongs to, or as a new one (rules R5 to R12).
    ///
    /// @throws InvalidTokenException if a new row would hold no credential
    public SaveResult save(TokenFields given) {
        return save(given, Optional.empty());
    }

    /// The same, if the row is still at the version that was expected.
    public SaveResult saveIfVersion(TokenFields given, String expectedVersion) {
        return save(given, Optional.of(expectedVersion));
    }

    /// Stores tokens that have no row yet, many at once: what a save of each would do, but none of them ever updates a
    /// row (rules R5 to R10).
    ///
    /// @param given no two of them tokens that a save would put into one row
    /// @return what became of each, in their order
    /// @throws InvalidTokenException if one holds no credential; then none is stored
    public List<NewTokenResult> saveNew(List<TokenFields> given) {
        given.forEach(TokenStore::requireCredential);
        var results = new ArrayList<NewTokenResult>(Collections.nCopies(given.size(), new NewTokenResult.RowExists()));
        var positions = new ArrayList<Integer>();
        for (int i = 0; i < given.size(); i++) {
            var id = given.get(i).get(ID);
            if (id.flatMap(storage.ids()::placeOf).isEmpty()) {
                positions.add(i);
            } else {
                results.set(i, withGeneratedId(id.get()));
            }
        }
        var attempts = storage.insertAll(
                positions.stream().map(given::get).toList(),
                (fields, rows) -> TokenRules.toUpdate(fields, new TokenRules.RowsAtHand(rows)));
        for (int i = 0; i < positions.size(); i++) {
            results.set(positions.get(i), resultOf(attempts.get(i)));
        }
        return List.copyOf(results);
    }

    /// What becomes of a token with an id that only a token of this store can have had.
    private NewTokenResult withGeneratedId(SecretValue id) {
        try {
            return storage.byId(id).isPresent() ? new NewTokenResult.RowExists() : new NewTokenResult.TokenDeleted();
        } catch (StorageException e) {
            return new NewTokenResult.Failed(e);
        }
    }

    private static NewTokenResult resultOf(TokenStorage.Attempted attempt) {
        return switch (attempt) {
            case Insertion.Inserted inserted -> new NewTokenResult.Stored(inserted.row());
            case Insertion.TwinFound twin -> new NewTokenResult.RowExists();
            case TokenStorage.NotInserted failed -> new NewTokenResult.Failed(failed.why());
        };
    }

    private SaveResult save(TokenFields given, Optional<String> expectedVersion) {
        var backoff = new Backoff(PATIENCE, clock, random);
        do {
            var result = trySave(given, expectedVersion);
            if (result.isPresent()) {
                return result.get();
            }
        } while (backoff.pause());
        throw new StorageException(
                StorageException.Reason.TOO_MUCH_CONTENTION,
                "the token was not saved because others kept changing it; save it again");
    }

    /// Decides on what is stored now and writes; empty when that changed before it was written.
    private Optional<SaveResult> trySave(TokenFields given, Optional<String> expectedVersion) {
        var byId = given.get(ID).flatMap(storage::byId);
        if (byId.isEmpty() && given.get(ID).flatMap(storage.ids()::placeOf).isPresent()) {
            return Optional.of(new SaveResult.TokenDeleted());
        }
        var row = byId.or(() -> TokenRules.toUpdateWhateverItsId(given, storage));
        if (row.isEmpty()) {
            requireCredential(given);
        }
        var version = row.map(StoredToken::version);
        if (expectedVersion.isPresent() && !expectedVersion.equals(version)) {
            return Optional.of(new SaveResult.VersionConflict(version));
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
        var insertion = storage.insert(given, rows -> TokenRules.toUpdate(given, new TokenRules.RowsAtHand(rows)));
        return switch (insertion) {
            case Insertion.Inserted inserted -> Optional.of(new SaveResult.Saved(inserted.row()));
            case Insertion.TwinFound twin -> Optional.empty();
        };
    }

    /// Deletes the row with the id of `wanted`; an unknown id succeeds (rule R13).
    ///
    /// @throws InvalidTokenException if `wanted` has no id
    public void delete(TokenFields wanted) {
        storage.toDelete(idOf(wanted)).ifPresent(storage::delete);
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

    private static SecretValue idOf(TokenFields wanted) {
        return wanted.get(ID).orElseThrow(() -> new InvalidTokenException("id is missing: give the id of a token"));
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
