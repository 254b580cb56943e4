package dev.tokenstore.zoho;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tokenstore.client.TokenStoreClient;
import dev.tokenstore.testing.KubernetesForTests;
import dev.tokenstore.testing.product.SidecarProcess;
import dev.tokenstore.testing.product.TestStore;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;

/// The adapter for the vendor's SDK passes the cases of all languages, through the shipped sidecar on a real API
/// server.
/// Stand-ins take the place of the SDK's classes (`com.zoho` among the test sources).
class AdapterCasesIT {
    @RegisterExtension
    static final KubernetesForTests kubernetes = KubernetesForTests.create().withTokenStores();

    private static SidecarProcess sidecar;
    private static TokenStoreClient client;
    private static SidecarTokenStore store;

    @BeforeAll
    static void start() {
        sidecar = SidecarProcess.ready(TestStore.create(kubernetes, "{}"));
        client = TokenStoreClient.connect(sidecar.address());
        store = new SidecarTokenStore(TokenStoreClient.connect(sidecar.address()));
    }

    @AfterAll
    static void stop() {
        store.close();
        client.close();
        sidecar.close();
    }

    @TestFactory
    Stream<DynamicTest> everyCaseOfTheTable() throws IOException {
        var table = table();
        return StreamSupport.stream(table.get("cases").spliterator(), false)
                .map(one -> DynamicTest.dynamicTest(
                        one.get("name").asText(), () -> new AdapterCase(table.get("rows"), one, client, store).run()));
    }

    @Test
    void theTableHasCases() throws IOException {
        assertThat(table().get("cases")).hasSizeGreaterThan(70);
    }

    private static JsonNode table() throws IOException {
        return new ObjectMapper().readTree(Path.of("../adapter-cases.json").toFile());
    }
}
