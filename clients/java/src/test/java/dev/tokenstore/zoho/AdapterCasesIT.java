package dev.tokenstore.zoho;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.zoho.crm.api.exception.SDKException;
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

    @Test
    void saysThatAThreadThatSwitchedUsersMustSwitchAgain() {
        var gone = catchThrowableOfType(SDKException.class, () -> store.findTokenById("unknown"));
        var malformed = catchThrowableOfType(SDKException.class, () -> store.findTokenById(""));

        assertThat(gone).hasMessageEndingWith("; on a thread that called switchUser, call switchUser instead");
        assertThat(malformed).hasMessageNotContaining("switchUser");
    }

    @Test
    void aStoreForEachInitialisationTakesNoFurtherThread() throws SDKException {
        store.getTokens();
        var threads = threads();
        for (var i = 0; i < 400; i++) {
            new SidecarTokenStore(TokenStoreClient.connect(sidecar.address())).getTokens();
        }

        assertThat(threads()).isEqualTo(threads);
    }

    private static long threads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("tokenstore"))
                .count();
    }

    private static JsonNode table() throws IOException {
        return new ObjectMapper().readTree(Path.of("../adapter-cases.json").toFile());
    }
}
