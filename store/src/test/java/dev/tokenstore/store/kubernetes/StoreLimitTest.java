package dev.tokenstore.store.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tokenstore.api.OAuthTokenStore;
import dev.tokenstore.api.OAuthTokenStoreSpec;
import dev.tokenstore.api.OAuthTokenStoreSpec.Limits;
import dev.tokenstore.api.OAuthTokenStoreStatus;
import dev.tokenstore.api.OAuthTokenStoreStatus.TokenCounts;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StoreLimitTest {
    private Instant now = Instant.parse("2030-01-01T00:00:00Z");
    private final StoreLimit limit = new StoreLimit(() -> now);

    @Test
    void isNoneWhereNoneIsSaidOrNobodyEverCounted() {
        limit.seen(store(null, 1_000_000));
        assertThat(limit.full()).isEmpty();

        limit.seen(store(1, null));
        limit.made();
        limit.made();
        assertThat(limit.full()).isEmpty();

        limit.seen(new OAuthTokenStore());
        assertThat(limit.full()).isEmpty();
    }

    @Test
    void countsWhatWasCountedLastAndWhatWasMadeSince() {
        limit.seen(store(10, 8));
        limit.made();
        assertThat(limit.full()).isEmpty();

        limit.made();
        assertThat(limit.full()).contains(new StoreLimit.Full(10, 10));

        limit.seen(store(10, 8));
        assertThat(limit.full()).as("the same count again says nothing new").isPresent();

        limit.seen(store(10, 9));
        assertThat(limit.full()).as("someone deleted one of them").isEmpty();
    }

    @Test
    void takesWhatWasNotCountedForLongForDeleted() {
        limit.seen(store(2, 1));
        limit.made();
        assertThat(limit.full()).isPresent();

        now = now.plusSeconds(60);

        assertThat(limit.full()).isEmpty();
    }

    private static OAuthTokenStore store(@Nullable Integer maxTokens, @Nullable Integer total) {
        var store = new OAuthTokenStore();
        store.setSpec(new OAuthTokenStoreSpec(null, null, null, new Limits(maxTokens), null, null, null));
        var counts = total == null ? null : new TokenCounts(total, total, 0, 0, 0);
        store.setStatus(new OAuthTokenStoreStatus(1L, counts, null, null, null));
        return store;
    }
}
