package dev.tokenstore.testbed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.tokenstore.testbed.http.HttpAnswer;
import dev.tokenstore.testbed.http.HttpCall;
import dev.tokenstore.testbed.http.LoopbackServer;
import dev.tokenstore.testbed.vendor.Behaviour;
import dev.tokenstore.testbed.vendor.Vendor;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/// The fake vendors of the testbed, below `/v/ID` of its URL. Thread-safe.
final class Vendors {
    private static final String PATH = "v";
    private static final int FIRST_ORGANISATION = 700_000_000;

    private static final List<String> BEHAVIOUR =
            List.of("accessTokenSeconds", "refuse", "delayMillis", "limit", "clientSecret");

    private final Supplier<String> url;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final AtomicInteger opened = new AtomicInteger();
    private final Map<String, Vendor> vendors = new ConcurrentHashMap<>();

    /// @param url of the testbed
    Vendors(Supplier<String> url, InstantSource clock, RandomGenerator random) {
        this.url = url;
        this.clock = clock;
        this.random = random;
    }

    /// @return its id and addresses
    Map<String, Object> open() {
        var number = opened.incrementAndGet();
        var id = Integer.toString(number);
        var organisation = Integer.toString(FIRST_ORGANISATION + number);
        var vendor = new Vendor(url.get() + "/" + PATH + "/" + id, organisation, clock, random);
        vendors.put(id, vendor);
        return Map.of("id", id, "accountsUrl", vendor.accountsUrl(), "apiDomain", vendor.apiDomain());
    }

    Vendor of(String id) {
        return Optional.ofNullable(vendors.get(id))
                .orElseThrow(() -> new ControlException(404, "there is no vendor " + id + "; POST /vendors opens one"));
    }

    /// Whether a call is for a vendor, and not for the testbed.
    boolean isForOne(HttpCall call) {
        var segments = call.segments();
        return segments.size() > 1 && segments.getFirst().equals(PATH);
    }

    HttpAnswer pass(HttpCall call) {
        var id = call.segments().get(1);
        return of(id).answer(call.at(call.path().substring(("/" + PATH + "/" + id).length())));
    }

    /// Changes what the body names and leaves the rest as it is.
    void behave(String id, byte[] body) {
        var vendor = of(id);
        var wanted = LoopbackServer.parse(body, JsonNode.class);
        wanted.fieldNames().forEachRemaining(Vendors::requireKnown);
        var old = vendor.behaviour();
        var seconds = field(wanted, "accessTokenSeconds");
        var refuse = field(wanted, "refuse");
        var delay = field(wanted, "delayMillis");
        var limit = field(wanted, "limit");
        var secret = field(wanted, "clientSecret");
        vendor.behave(new Behaviour(
                seconds.isMissingNode() ? old.accessTokenLife() : Duration.ofSeconds(seconds.asLong()),
                refuse.isMissingNode() ? old.refusal() : Optional.ofNullable(refuse.textValue()),
                delay.isMissingNode() ? old.delay() : Duration.ofMillis(delay.asLong()),
                limit.isMissingNode()
                        ? old.limit()
                        : limit.isNull() ? OptionalInt.empty() : OptionalInt.of(limit.asInt()),
                secret.isMissingNode() ? old.clientSecret() : Optional.ofNullable(secret.textValue())));
    }

    private static void requireKnown(String field) {
        if (!BEHAVIOUR.contains(field)) {
            throw new ControlException(400, "a vendor's behaviour has no " + field + "; it has " + BEHAVIOUR);
        }
    }

    private static JsonNode field(JsonNode node, String name) {
        return Optional.ofNullable(node.get(name)).orElse(MissingNode.getInstance());
    }
}
