package dev.tokenstore.testbed;

import dev.tokenstore.testbed.http.HttpAnswer;
import dev.tokenstore.testbed.http.HttpCall;
import dev.tokenstore.testbed.http.LoopbackServer;
import dev.tokenstore.testing.process.ProgramException;
import dev.tokenstore.testing.server.KubernetesUnavailableException;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.Map;

/// What a client's tests ask of the testbed, over HTTP. Thread-safe.
final class ControlApi {
    private static final int FIRST_SERVER_ERROR = 500;

    private final Stores stores;
    private final Sidecars sidecars;
    private final Vendors vendors;

    ControlApi(Stores stores, Sidecars sidecars, Vendors vendors) {
        this.stores = stores;
        this.sidecars = sidecars;
        this.vendors = vendors;
    }

    HttpAnswer answer(HttpCall call) {
        try {
            return vendors.isForOne(call) ? vendors.pass(call) : HttpAnswer.of(carryOut(call));
        } catch (ControlException e) {
            return HttpAnswer.error(e.status(), String.valueOf(e.getMessage()));
        } catch (KubernetesClientException e) {
            var refused = e.getCode() > 0 && e.getCode() < FIRST_SERVER_ERROR;
            var said = e.getStatus() == null ? e.getMessage() : e.getStatus().getMessage();
            return HttpAnswer.error(
                    refused ? e.getCode() : FIRST_SERVER_ERROR, "the Kubernetes API server says: " + said);
        } catch (ProgramException | KubernetesUnavailableException e) {
            return HttpAnswer.error(FIRST_SERVER_ERROR, String.valueOf(e.getMessage()));
        }
    }

    private Map<String, Object> carryOut(HttpCall call) {
        var segments = call.segments();
        var id = segments.size() > 1 ? segments.get(1) : "";
        var last = segments.size() > 2 ? "/" + segments.getLast() : "";
        var request = call.method() + " " + (segments.isEmpty() ? "" : segments.getFirst())
                + (id.isEmpty() ? "" : "/ID") + last;
        return switch (request) {
            case "POST stores" -> Map.of("store", create(body(call)));
            case "POST sidecars" -> sidecars.start(stores.of(body(call).storeOrThrow()));
            case "POST sidecars/ID/kill" -> done(() -> sidecars.kill(id));
            case "POST sidecars/ID/stop" -> done(() -> sidecars.stop(id));
            case "POST sidecars/ID/start" -> done(() -> sidecars.startAgain(id));
            case "DELETE sidecars/ID" -> done(() -> sidecars.remove(id));
            case "POST vendors" -> vendors.open();
            case "GET vendors/ID" -> vendors.of(id).record();
            case "POST vendors/ID/grants" ->
                Map.of("grant", vendors.of(id).newGrant(body(call).optionalUser()));
            case "POST vendors/ID/refresh-tokens" ->
                Map.of("refreshToken", vendors.of(id).newRefreshToken(body(call).optionalUser()));
            case "PUT vendors/ID/behaviour" -> done(() -> vendors.behave(id, call.body()));
            case "POST vendors/ID/expire" -> done(() -> vendors.of(id).expireAccessTokens());
            default ->
                throw new ControlException(
                        404, "the testbed knows no " + call.method() + " " + call.path() + "; its README lists all");
        };
    }

    private String create(ControlBody body) {
        return stores.create(body.specOrEmpty(), body.readOnly()).fullName();
    }

    private static ControlBody body(HttpCall call) {
        return LoopbackServer.parse(call.body(), ControlBody.class);
    }

    private static Map<String, Object> done(Runnable action) {
        action.run();
        return Map.of();
    }
}
