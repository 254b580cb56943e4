package dev.tokenstore.store.kubernetes;

import dev.tokenstore.api.TokenFacts;
import dev.tokenstore.store.LivingTokens;
import dev.tokenstore.store.NewRow;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import java.util.List;

/// The rows of a new row's identity whose time is over. They are deleted first: if a change of the policy made them
/// live
/// again, the new row would have a twin.
///
/// @param alive shows the rows that are alive
/// @param everything shows those whose time is over, too
record OverdueTwins(StoreResource resource, LivingTokens living, SecretRows alive, SecretRows everything) {
    /// Whether there may be any. Reads the policy again: a deletion cannot be undone, so it is not decided by a
    /// policy of some moments ago.
    boolean mayExist() {
        if (!living.mayEnd()) {
            return false;
        }
        resource.check();
        return true;
    }

    boolean isOver(ObjectMeta secret) {
        return living.isOver(now -> TokenFacts.read(secret, now));
    }

    /// @return whether there was one
    boolean deleteFor(NewRow row) {
        return mayExist() && deleteFor(row, everything.sharing(row.fields()));
    }

    /// @param names of the Secrets that may hold one
    /// @return whether there was one
    boolean deleteFor(NewRow row, Iterable<String> names) {
        return deleteFor(row, everything.rowsByName(names));
    }

    private boolean deleteFor(NewRow row, List<SecretRow> stored) {
        var isAnyDeleted = false;
        for (var other : stored) {
            // in this order: a change after the first read is in the second one, or fails the deletion
            isAnyDeleted |= other.confirmed()
                    && row.isTwinOf(other.token())
                    && alive.rowByName(other.name()).isEmpty()
                    && everything.deleteUnchanged(other);
        }
        return isAnyDeleted;
    }
}
