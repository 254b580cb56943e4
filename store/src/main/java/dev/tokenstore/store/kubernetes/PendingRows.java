package dev.tokenstore.store.kubernetes;

import dev.tokenstore.runtime.Backoff;
import dev.tokenstore.runtime.Timeout;
import dev.tokenstore.store.NewRow;
import dev.tokenstore.store.TokenStorage.Insertion;
import dev.tokenstore.store.token.TokenField;
import dev.tokenstore.store.token.TokenFields;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// New rows on their way to being the only one of their identity.
///
/// A row is created pending, then its creator looks for twins. A confirmed twin wins; among pending ones the lowest
/// name does. The winner deletes the other pending twins before it confirms itself, both guarded by resourceVersion,
/// so of two twins at most one is ever confirmed: whichever write comes second fails. Only its creator confirms a
/// row. One whose creator died is in the way of its twins for [#PATIENCE], then they delete it; one older than
/// [#ABANDONED], at once. A creator that was only slow finds its row gone when it confirms it, and looks again.
final class PendingRows {
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    /// Longer than a creator that is alive leaves a row pending, as a rule; a [BulkInsertion] takes longest.
    private static final Duration ABANDONED = Duration.ofSeconds(30);

    private final SecretApi secrets;
    private final SecretWriter writer;
    private final SecretLookup lookup;
    private final Stamps stamps;
    private final Marks marks;
    private final InstantSource clock;
    private final RandomGenerator random;

    PendingRows(
            SecretApi secrets,
            SecretWriter writer,
            SecretLookup lookup,
            Stamps stamps,
            Marks marks,
            InstantSource clock,
            RandomGenerator random) {
        this.secrets = secrets;
        this.writer = writer;
        this.lookup = lookup;
        this.stamps = stamps;
        this.marks = marks;
        this.clock = clock;
        this.random = random;
    }

    /// Creates a pending row under that name.
    Creation create(String name, TokenFields fields) {
        var mark = marks.next();
        var secret = writer.pending(name, fields, marks.firstVersion(), mark, stamps.next());
        return switch (secrets.create(secret)) {
            case SecretApi.Attempt.Done done -> new Creation.Created(lookup.rowOf(done.stored()));
            case SecretApi.Attempt.Refused refused -> {
                var row = lookup.rowByName(name);
                yield row.filter(found -> found.version().nonces().contains(mark))
                                .isPresent()
                        ? new Creation.Created(row.get())
                        : new Creation.NameTaken(row);
            }
        };
    }

    /// Confirms a pending row, or withdraws it when it has a twin.
    Insertion settle(SecretRow pending, NewRow row) {
        return settle(pending, row, lookup.sharing(pending.fields()));
    }

    /// The same, after a look for the rows that share a value with it.
    ///
    /// @param found what was seen in a look that began after the row was created
    Insertion settle(SecretRow pending, NewRow row, List<SecretRow> found) {
        var sharing = found;
        while (true) {
            var others = sharing.stream()
                    .filter(other -> !other.name().equals(pending.name()))
                    .toList();
            var twins =
                    others.stream().filter(other -> row.isTwinOf(other.token())).toList();
            var winners = twins.stream()
                    .filter(other -> other.confirmed() || other.name().compareTo(pending.name()) < 0)
                    .toList();
            if (!winners.isEmpty()) {
                secrets.delete(pending.name(), pending.uid(), Optional.empty());
                awaitSettled(winners);
                return new Insertion.TwinFound();
            }
            if (twins.stream().allMatch(this::withdraw)) {
                return confirm(pending, others);
            }
            sharing = lookup.sharing(pending.fields());
        }
    }

    /// Deletes a row that its creator has most likely left behind, pending.
    ///
    /// @return whether it is out of the way
    boolean withdrawIfAbandoned(SecretRow row) {
        return !row.confirmed() && row.createTime().plus(ABANDONED).isBefore(clock.instant()) && withdraw(row);
    }

    /// Waits until none of the rows is pending any more; one that stays pending is deleted.
    void awaitSettled(Collection<SecretRow> rows) {
        var timeout = Timeout.of(PATIENCE);
        var backoff = Backoff.forContention(random);
        for (var row : rows) {
            var seen = Optional.of(row);
            while (seen.filter(found -> isStillPending(found, row)).isPresent()) {
                if (!backoff.sleep(timeout)) {
                    withdraw(seen.get());
                    break;
                }
                seen = lookup.rowByName(row.name());
            }
        }
    }

    private static boolean isStillPending(SecretRow found, SecretRow row) {
        return !found.confirmed() && found.uid().equals(row.uid());
    }

    private boolean withdraw(SecretRow pending) {
        return secrets.delete(
                pending.name(), pending.uid(), Optional.of(pending.version().resourceVersion()));
    }

    private Insertion confirm(SecretRow pending, List<SecretRow> others) {
        var created = Stamps.after(others, pending.createTime());
        var rank = (int) others.stream()
                .filter(row -> row.fields().agreesOn(TokenField.USER_SIGNATURE, pending.fields()))
                .count();
        var mark = marks.next();
        var current = pending;
        while (true) {
            switch (secrets.patch(writer.confirmation(current, created, rank, mark))) {
                case SecretApi.Attempt.Done done -> {
                    return new Insertion.Inserted(lookup.rowOf(done.stored()).token());
                }
                case SecretApi.Attempt.Refused refused -> {
                    var found = lookup.rowByName(current.name())
                            .filter(row -> row.uid().equals(pending.uid()));
                    if (found.isEmpty()) {
                        return new Insertion.TwinFound();
                    }
                    if (found.get().confirmed()) {
                        return new Insertion.Inserted(found.get().token());
                    }
                    current = found.get();
                }
            }
        }
    }

    /// What became of the creation of a row.
    sealed interface Creation {
        record Created(SecretRow row) implements Creation {}

        /// The name is taken, by a row of the store or by something else.
        record NameTaken(Optional<SecretRow> by) implements Creation {}
    }
}
