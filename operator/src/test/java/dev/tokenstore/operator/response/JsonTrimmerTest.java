package dev.tokenstore.operator.response;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class JsonTrimmerTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Trimming WHOLE = new Trimming(Part.WHOLE, 40, 5);

    private final Random random = new Random();

    @Test
    void leavesOutWhatIsNotPartOfIt() {
        var trimming = new Trimming(
                new Part.Members(
                        Map.of("a", Part.NOTHING, "b", new Part.Members(Map.of("c", Part.WHOLE), Part.NOTHING)),
                        Part.WHOLE),
                40,
                5);

        assertThat(
                        trimmed(
                                trimming,
                                "{\"a\": [1, {\"]\": \"}\\\"\"}], \"b\": {\"x\": -1.5e3, \"c\": [true, null], \"y\": {}}, \"z\": 1}"))
                .isEqualTo("{\"b\":{\"c\":[true,null]},\"z\":1}");
        assertThat(trimmed(trimming, "{\"b\":[{\"c\":1,\"d\":2},3,\"x\",{\"d\":2}],\"a\":null}"))
                .isEqualTo("{\"b\":[{\"c\":1},{}]}");
    }

    @Test
    void objectsThatAreNestedThousandsOfLevelsDeepNeedNoMemory() {
        var deep = "{\"x\":".repeat(100_000) + "1" + "}".repeat(100_000);

        assertThat(trimmed(WHOLE, "{\"a\":" + deep + ",\"b\":2}"))
                .isEqualTo("{\"a\":" + "{\"x\":".repeat(JsonTrimmer.DEPTH - 2) + "{}"
                        + "}".repeat(JsonTrimmer.DEPTH - 2) + ",\"b\":2}");
    }

    @Test
    void textsEndAtTheLimitAndNeverWithinAnEscapeSequence() throws JsonProcessingException {
        assertThat(trimmed(WHOLE, "\"" + "a".repeat(41) + "\"")).isEqualTo("\"" + "a".repeat(40) + "\"");
        assertThat(trimmed(WHOLE, "\"" + "a".repeat(39) + "\\u00e4\\n\\\\\""))
                .isEqualTo("\"" + "a".repeat(39) + "\\u00e4\"");
        assertThat(trimmed(WHOLE, "[\"\\\"\\\\\", \"ä\"]")).isEqualTo("[\"\\\"\\\\\",\"??\"]");
    }

    @Test
    void arraysAndObjectsBelowTheListAreLimitedAndTheListIsNot() {
        var numbers = IntStream.range(0, 9).mapToObj(Integer::toString).collect(Collectors.joining(",", "[", "]"));

        assertThat(trimmed(WHOLE, "{\"items\":" + numbers + "}")).isEqualTo("{\"items\":" + numbers + "}");
        assertThat(trimmed(WHOLE, "{\"items\":[" + numbers + ",7]}")).isEqualTo("{\"items\":[[0,1,2,3,4],7]}");
    }

    @Test
    void eventsOfAWatchStayOnLinesOfTheirOwn() {
        assertThat(trimmed(WHOLE, "{\"type\":\"ADDED\"}\n{\"type\" : \"DELETED\"}\n1\n"))
                .isEqualTo("{\"type\":\"ADDED\"}\n{\"type\":\"DELETED\"}\n1\n");
    }

    @Test
    void aListedSecretIsCutDownToWhatTheOperatorReads() {
        assertThat(trimmed(Trimming.SECRETS, """
                        {"kind":"PartialObjectMetadataList","metadata":{"continue":"abc","resourceVersion":"7"},"items":[
                        {"kind":"PartialObjectMetadata","metadata":{"name":"t","uid":"u","labels":{"a":"b","tokenstore.dev/store":"crm"},
                        "annotations":{"tokenstore.dev/saved-at":"x","other":"y"},"finalizers":["f"],
                        "managedFields":[{"manager":"m","time":"T","fieldsV1":{"f:data":{".":{},"f:a":{},"f:access_token":{"f:x":{}}},"f:type":{}}}]}}]}
                        """))
                .isEqualTo(
                        "{\"kind\":\"PartialObjectMetadataList\",\"metadata\":{\"continue\":\"abc\",\"resourceVersion\":\"7\"},\"items\":["
                                + "{\"kind\":\"PartialObjectMetadata\",\"metadata\":{\"name\":\"t\",\"uid\":\"u\",\"labels\":{\"tokenstore.dev/store\":\"crm\"},"
                                + "\"annotations\":{\"tokenstore.dev/saved-at\":\"x\"},"
                                + "\"managedFields\":[{\"time\":\"T\",\"fieldsV1\":{\"f:data\":{\".\":{},\"f:access_token\":{}}}}]}}]}\n");
    }

    /// Wherever the network cuts the bytes, and whatever is in them.
    @RepeatedTest(200)
    void jsonWithinTheLimitsStaysTheSame() throws JsonProcessingException {
        var json = value(0);

        assertThat(JSON.readTree(trimmed(WHOLE, json))).isEqualTo(JSON.readTree(json));
    }

    private String value(int depth) {
        return switch (random.nextInt(depth > 4 ? 4 : 6)) {
            case 0 -> Integer.toString(random.nextInt());
            case 1 -> "-1.5E+3";
            case 2 -> "null";
            case 3 -> text();
            case 4 ->
                IntStream.range(0, random.nextInt(5))
                        .mapToObj(i -> value(depth + 1))
                        .collect(Collectors.joining(" , ", "[", "]"));
            default ->
                IntStream.range(0, random.nextInt(5))
                        .mapToObj(i -> "\"" + i + "\\\"\" : " + value(depth + 1))
                        .collect(Collectors.joining(",\n", "{ ", " }"));
        };
    }

    private String text() {
        return "\""
                + random.ints(random.nextInt(12), 0, TEXTS.length)
                        .mapToObj(i -> TEXTS[i])
                        .collect(Collectors.joining()) + "\"";
    }

    private static final String[] TEXTS = {"a", "\\\"", "\\\\", "\\u0041", "\\/", "{", "]", ",", " "};

    private String trimmed(Trimming trimming, String json) {
        var trimmer = new JsonTrimmer(trimming);
        var bytes = json.getBytes(UTF_8);
        var out = new ByteArrayOutputStream();
        for (int from = 0; from < bytes.length; ) {
            int length = Math.min(bytes.length - from, 1 + random.nextInt(7));
            var kept = trimmer.trim(ByteBuffer.wrap(bytes, from, length));
            out.write(kept.array(), kept.position(), kept.remaining());
            from += length;
        }
        return out.toString(UTF_8);
    }
}
