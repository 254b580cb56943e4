package dev.tokenstore.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.tokenstore.testing.KubernetesForTests;
import dev.tokenstore.testing.product.TestStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// The operator starts and runs within its shipped memory beside objects of the largest size.
///
/// More of them: `-Dhostile.stores`, `-Dhostile.tokens` and `-Dallowed.tokens`. It is the API server and etcd that then
/// need
/// memory: with 1,000 stores and 10,000 tokens more than 20 GiB, and `ETCD_QUOTA_BACKEND_BYTES` in the environment.
@Tag("alone")
class OperatorMemoryIT {
    @RegisterExtension
    static final KubernetesForTests kubernetes =
            KubernetesForTests.create().withPrivateServer().withTokenStores();

    /// Stores, and tokens, with a megabyte of `managedFields` each.
    private static final int STORES = Integer.getInteger("hostile.stores", 110);

    private static final int TOKENS = Integer.getInteger("hostile.tokens", 150);

    /// Tokens of the largest size that the policies let a client write.
    private static final int ALLOWED = Integer.getInteger("allowed.tokens", 200);

    private static final int STORES_EACH = 10;
    private static final int WRITERS = 8;
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    @TempDir
    private Path folder;

    @BeforeAll
    static void policiesAreInForce() {
        Policies.apply(kubernetes);
    }

    @Test
    void startsAndRunsBesideObjectsOfAMegabyteEach() {
        var tenant = kubernetes.newNamespace();
        TestStore.in(kubernetes, tenant, "crm").apply("{}").bind("oauth-token-store-client", "worker");
        var hostile = new HostileObjects(kubernetes.admin());
        var large = HostileObjects.large();
        inParallel(TOKENS, i -> hostile.createToken(tenant, "crm", "large-" + i, large, "{}"));
        var client = new HostileObjects(kubernetes.clientAs(tenant, "worker"));
        inParallel(ALLOWED, i -> client.createLargestAllowedToken(tenant, "crm", "allowed-" + i));
        var namespaces = new String[(STORES + STORES_EACH - 1) / STORES_EACH];
        for (int i = 0; i < namespaces.length; i++) {
            namespaces[i] = kubernetes.newNamespace();
        }
        inParallel(STORES, i -> hostile.createStore(namespaces[i / STORES_EACH], "large-" + i, large));

        try (var operator = ShippedOperator.start(kubernetes, folder)) {
            operator.awaitStarted();
            await().atMost(PATIENCE).until(() -> operator.meter("tokenstore_tokens") == TOKENS + ALLOWED);
            await().atMost(PATIENCE)
                    .until(() ->
                            operator.meter("tokenstore_condition", "type", "Ready", "status", "True") == STORES + 1);

            inParallel(20, i -> hostile.createToken(tenant, "crm", "later-" + i, large, "{}"));

            await().atMost(PATIENCE).until(() -> operator.meter("tokenstore_tokens") == TOKENS + ALLOWED + 20);
            assertThat(operator.isAlive()).isTrue();
            assertThat(operator.log()).doesNotContain("OutOfMemoryError:");
        }
    }

    private static void inParallel(int number, IntConsumer action) {
        var permits = new Semaphore(WRITERS);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var all = IntStream.range(0, number)
                    .mapToObj(i -> threads.submit(() -> {
                        permits.acquireUninterruptibly();
                        try {
                            action.accept(i);
                        } finally {
                            permits.release();
                        }
                    }))
                    .toList();
            for (var one : all) {
                one.get();
            }
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }
}
