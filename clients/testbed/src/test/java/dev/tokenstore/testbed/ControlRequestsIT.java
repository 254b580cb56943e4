package dev.tokenstore.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tokenstore.proto.v1.FindTokenRequest;
import dev.tokenstore.proto.v1.SaveTokenRequest;
import dev.tokenstore.proto.v1.Token;
import dev.tokenstore.proto.v1.TokenStoreServiceGrpc;
import dev.tokenstore.proto.v1.TokenStoreServiceGrpc.TokenStoreServiceBlockingStub;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import java.io.IOException;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// The requests that clients' tests make, each as its table in the README has it.
class ControlRequestsIT {
    private static Testbed testbed;

    private static ControlClient control;

    @BeforeAll
    static void start() {
        testbed = Testbed.start(Path.of("target/logs"), System.out::println);
        control = new ControlClient(testbed);
    }

    @AfterAll
    static void end() {
        testbed.close();
    }

    @Test
    void aSidecarServesOnBothItsAddressesAndKeepsThemOverAKillAndAStop() {
        var sidecar = control.newSidecar("{}");
        var address = sidecar.get("address").textValue();
        save(address, "kept");

        control.ok("POST", "/sidecars/" + id(sidecar) + "/kill", "");
        assertThatThrownBy(() -> find(address, "kept")).hasMessageStartingWith("UNAVAILABLE");
        control.ok("POST", "/sidecars/" + id(sidecar) + "/start", "");
        assertThat(find(address, "kept")).isTrue();
        assertThat(listens(sidecar.get("socket").textValue())).isTrue();

        control.ok("POST", "/sidecars/" + id(sidecar) + "/stop", "");
        assertThatThrownBy(() -> find(address, "kept")).hasMessageStartingWith("UNAVAILABLE");
        assertThat(listens(sidecar.get("socket").textValue())).isFalse();
        control.ok("POST", "/sidecars/" + id(sidecar) + "/start", "");
        assertThat(find(address, "kept")).isTrue();

        assertThat(control.ok("DELETE", "/sidecars/" + id(sidecar), "")).isEmpty();
        assertThatThrownBy(() -> find(address, "kept")).hasMessageStartingWith("UNAVAILABLE");
        assertError(control.send("POST", "/sidecars/" + id(sidecar) + "/start", ""), 404, "there is no sidecar");
    }

    @Test
    void sidecarsShareAStoreAndNoTwoStoresShareAToken() {
        var store = control.ok("POST", "/stores", "{}").get("store").textValue();
        var first = control.newSidecarOn(store).get("address").textValue();
        var second = control.newSidecarOn(store).get("address").textValue();
        var elsewhere = control.newSidecar("").get("address").textValue();

        save(first, "shared");

        assertThat(find(second, "shared")).isTrue();
        assertThat(find(elsewhere, "shared")).isFalse();
    }

    @Test
    void aStoreHasTheSpecThatWasAskedFor() {
        var address = control.newSidecar("{\"spec\": {\"maxTokenAge\": \"6s\"}}")
                .get("address")
                .textValue();
        save(address, "short-lived");
        assertThat(find(address, "short-lived")).isTrue();

        await().until(() -> !find(address, "short-lived"));
        assertError(
                control.send("POST", "/stores", "{\"spec\": {\"sessionTimeout\": \"soon\"}}"), 422, "sessionTimeout");
    }

    @Test
    void anAccountThatMayOnlyReadOnlyReads() {
        var address = control.newSidecar("{\"readOnly\": true}").get("address").textValue();

        assertThat(find(address, "nobody")).isFalse();
        assertThatThrownBy(() -> save(address, "nobody")).hasMessageStartingWith("PERMISSION_DENIED");
    }

    @Test
    void aSidecarThatRunsIsNotStartedTwice() {
        var sidecar = control.newSidecar("{}");

        assertError(control.send("POST", "/sidecars/" + id(sidecar) + "/start", ""), 409, "kill or stop it first");
    }

    @Test
    void vendorsHaveAStateOfTheirOwn() {
        var vendor = control.ok("POST", "/vendors", "{}");
        var other = control.ok("POST", "/vendors", "{}");
        var token = control.ok("POST", "/vendors/" + id(vendor) + "/refresh-tokens", "")
                .get("refreshToken")
                .textValue();
        assertThat(token).contains("fixture-secret");

        var reply = refresh(vendor, token);

        assertThat(reply.get("api_domain")).isEqualTo(vendor.get("apiDomain"));
        assertThat(refresh(other, token).get("error").textValue()).isEqualTo("invalid_code");
        assertThat(control.ok("GET", "/vendors/" + id(vendor), "")).isEqualTo(ControlClient.json("""
                {"tokenRequests": [{"grantType": "refresh_token", "outcome": "issued"}], "apiCalls": 0,
                "lastApiToken": "none"}"""));
    }

    @Test
    void aVendorsBehaviourChangesInTheFieldsThatAreGiven() {
        var vendor = control.ok("POST", "/vendors", "{}");
        var behaviour = "/vendors/" + id(vendor) + "/behaviour";
        var token = control.ok("POST", "/vendors/" + id(vendor) + "/refresh-tokens", "{\"user\": \"bob\"}")
                .get("refreshToken")
                .textValue();

        control.ok("PUT", behaviour, "{\"accessTokenSeconds\": 5, \"limit\": 2}");
        control.ok("PUT", behaviour, "{\"refuse\": \"invalid_client\"}");
        assertThat(refresh(vendor, token).get("error").textValue()).isEqualTo("invalid_client");
        control.ok("PUT", behaviour, "{\"refuse\": null, \"delayMillis\": 300}");
        var start = System.nanoTime();
        assertThat(refresh(vendor, token).get("expires_in").intValue()).isEqualTo(5);
        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start)).isGreaterThanOrEqualTo(300);
        refresh(vendor, token);
        assertThat(refresh(vendor, token).get("error").textValue()).isEqualTo("Access Denied");
        control.ok("PUT", behaviour, "{\"limit\": null, \"delayMillis\": 0}");
        assertThat(refresh(vendor, token).has("access_token")).isTrue();

        assertError(control.send("PUT", behaviour, "{\"acessTokenSeconds\": 5}"), 400, "has no acessTokenSeconds");
    }

    @Test
    void aVendorTakesWhatItGaveUntilItExpires() {
        var vendor = control.ok("POST", "/vendors", "{}");
        var grant = control.ok("POST", "/vendors/" + id(vendor) + "/grants", "")
                .get("grant")
                .textValue();
        var form = "grant_type=authorization_code&client_id=C&client_secret=fixture-secret&code=" + grant;
        var token = json(post(vendor.get("accountsUrl").textValue(), form))
                .get("access_token")
                .textValue();

        assertThat(users(vendor, token).statusCode()).isEqualTo(200);
        control.ok("POST", "/vendors/" + id(vendor) + "/expire", "");

        var refused = users(vendor, token);
        assertThat(refused.statusCode()).isEqualTo(401);
        assertThat(json(refused).get("code").textValue()).isEqualTo("INVALID_TOKEN");
        var asked = control.ok("GET", "/vendors/" + id(vendor), "");
        assertThat(asked.get("apiCalls").intValue()).isEqualTo(2);
        assertThat(asked.get("lastApiToken").textValue()).isEqualTo("expired");
    }

    @Test
    void whatItDoesNotKnowItSaysInASentence() {
        assertError(control.send("GET", "/nothing", ""), 404, "knows no GET /nothing");
        assertError(control.send("GET", "/vendors/none", ""), 404, "there is no vendor none");
        assertError(control.send("POST", "/v/none/oauth/v2/token", ""), 404, "there is no vendor none");
        assertError(control.send("POST", "/sidecars", "{}"), 400, "name the store to serve");
        assertError(control.send("POST", "/sidecars", "{\"store\": \"no/where\"}"), 404, "there is no store no/where");
        assertError(control.send("POST", "/stores", "{\"sepc\": {}}"), 400, "malformed");
    }

    private static String id(JsonNode made) {
        return made.get("id").textValue();
    }

    private static void save(String address, String user) {
        call(
                address,
                stub -> stub.saveToken(SaveTokenRequest.newBuilder()
                        .setToken(Token.newBuilder().setUserSignature(user).setAccessToken("fixture-secret"))
                        .build()));
    }

    private static boolean find(String address, String user) {
        return call(
                        address,
                        stub -> stub.findToken(FindTokenRequest.newBuilder()
                                .setToken(Token.newBuilder().setUserSignature(user))
                                .build()))
                .hasToken();
    }

    private static boolean listens(String socket) {
        var address = UnixDomainSocketAddress.of(socket.substring("unix:".length()));
        try (var connection = SocketChannel.open(address)) {
            return connection.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /// @throws StatusRuntimeException if the call fails
    private static <T> T call(String address, Function<TokenStoreServiceBlockingStub, T> operation) {
        var channel = Grpc.newChannelBuilder(address, InsecureChannelCredentials.create())
                .build();
        try {
            return operation.apply(
                    TokenStoreServiceGrpc.newBlockingStub(channel).withDeadlineAfter(20, TimeUnit.SECONDS));
        } finally {
            channel.shutdownNow();
        }
    }

    private static JsonNode refresh(JsonNode vendor, String token) {
        return json(post(
                vendor.get("accountsUrl").textValue(),
                "grant_type=refresh_token&client_id=C&client_secret=fixture-secret&refresh_token=" + token));
    }

    private static HttpResponse<String> post(String url, String form) {
        return control.send(HttpRequest.newBuilder(URI.create(url))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString(form)));
    }

    private static HttpResponse<String> users(JsonNode vendor, String accessToken) {
        return control.send(HttpRequest.newBuilder(
                        URI.create(vendor.get("apiDomain").textValue() + "/crm/v8/users?type=CurrentUser"))
                .header("Authorization", "Zoho-oauthtoken " + accessToken));
    }

    private static void assertError(HttpResponse<String> response, int status, String sentence) {
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(json(response).get("error").textValue()).contains(sentence);
    }

    private static JsonNode json(HttpResponse<String> response) {
        return ControlClient.json(response.body());
    }
}
