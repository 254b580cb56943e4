package dev.tokenstore.store.kubernetes;

import dev.tokenstore.api.OAuthTokenStoreSpec;
import dev.tokenstore.store.BulkInsert;
import dev.tokenstore.store.StoreUnderTest;
import dev.tokenstore.store.TokenStorage;
import dev.tokenstore.store.TokenStore;
import dev.tokenstore.store.TokenStoreContract;
import dev.tokenstore.testing.KubernetesForTests;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The whole contract through lookups that remember their rows. What another instance wrote is seen within a second:
/// each write lets a second pass for all other instances, by their timers.
class CachedReadsContractIT implements TokenStoreContract {
    @RegisterExtension
    static final KubernetesForTests kubernetes = KubernetesForTests.create().withTokenStores();

    private static final Set<String> WRITES =
            Set.of("insert", "insertAll", "replace", "claim", "delete", "deleteUnchanged", "deleteAll");

    @Override
    public StoreUnderTest newStore(OAuthTokenStoreSpec spec) {
        var stores = TestStores.create(kubernetes, spec);
        var offsets = new CopyOnWriteArrayList<AtomicLong>();
        return new StoreUnderTest() {
            @Override
            public TokenStore open() {
                var offset = new AtomicLong();
                offsets.add(offset);
                var storage = stores.storage(InstantSource.system());
                var reads =
                        storage.cachedReads(Duration.ZERO, new IgnoredReads(), () -> System.nanoTime() + offset.get());
                return new TokenStore(reads, telling(storage, offset, offsets), storage.uses(), new SecureRandom());
            }

            @Override
            public void close() {
                stores.close();
            }
        };
    }

    /// Passes everything on; after each write time has passed for the others.
    private static TokenStorage telling(TokenStorage storage, AtomicLong own, List<AtomicLong> all) {
        return (TokenStorage) Proxy.newProxyInstance(
                TokenStorage.class.getClassLoader(),
                new Class<?>[] {TokenStorage.class, BulkInsert.class},
                (proxy, method, arguments) -> {
                    try {
                        return method.invoke(storage, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    } finally {
                        if (WRITES.contains(method.getName())) {
                            all.stream()
                                    .filter(offset -> offset != own)
                                    .forEach(offset -> offset.addAndGet(Freshness.MAX_AGE.toNanos() + 1));
                        }
                    }
                });
    }
}
